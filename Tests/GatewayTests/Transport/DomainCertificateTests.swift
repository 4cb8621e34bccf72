import FoundationEssentials
import Glibc
import HTTP
import HTTPClient
import IO
import JSON
import Models
import TLS
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Clients
@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct DomainCertificateTests {
    /// What tenancy was told; confined to the test's loop.
    private final class ToldTenancy: @unchecked Sendable {
        private(set) var told: [InternalAPI.DomainCertificate] = []
        var status = 204

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            do {
                let bytes = try await request.body.collect(upTo: 10_000)
                let certificate = try JSON.decode(InternalAPI.DomainCertificate.self, from: bytes)
                guard status == 204, request.headers["x-switchboard-tenant"] == certificate.tenantID.description,
                    request.path == "/internal/domains/certificate"
                else { return HTTPResponse(status: 503) }
                told.append(certificate)
                return HTTPResponse(status: 204)
            } catch { return HTTPResponse(status: 500) }
        }
    }

    /// A pair in the folder whose certificate is for these hosts.
    private func sign(_ name: String, _ hosts: [String], in folder: String) async throws {
        let names = hosts.map { "DNS:\($0)" }.joined(separator: ",")
        try await WorkerPool.files.run {
            try Program.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    "30",
                    "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).crt", "-subj", "/CN=test", "-addext",
                    "subjectAltName=\(names)",
                ], log: "\(folder)/log")
        }
    }

    @Test func `tenancy is told of each domain once, and again when its certificate changes`() async throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/certificates-\(UUID().uuidString)"
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await sign("one", ["calls.acme.example"], in: folder)
        try await withLoop { loop in
            let (tenancy, log) = (ToldTenancy(), LogCapture())
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: loop, socket: socket, logger: log.logger(), metrics: Metrics(), handler: tenancy.answer)
            try server.start()
            let client = InternalHTTPClient(loop: loop)
            let state = ChangeFeedState(loop: loop)
            let certificates = CertificateFolder(
                path: folder, preferredDomain: "suite.example", logger: log.logger())
            certificates.reload()
            let news = DomainCertificates(
                certificates: certificates, state: state,
                tenancy: ServiceClient(
                    http: client, endpoint: HTTPEndpoint(host: "127.0.0.1", port: socket.port), callee: .tenancy,
                    tokens: FixedToken()),
                loop: loop, logger: log.logger())
            let (acme, globex) = (TenantID.make(), TenantID.make())
            state.apply(
                [.domain("calls.acme.example", acme), .domain("sales.globex.example", globex)], sequence: 1)
            for _ in 0..<2 { try await news.tell() }
            #expect(tenancy.told.count == 2)
            let first = tenancy.told.first { $0.tenantID == acme }
            let end = try #require(first?.expiresAt)
            #expect(end > .now() + .seconds(29 * 86_400) && end < .now() + .seconds(31 * 86_400))
            #expect(tenancy.told.contains { $0.tenantID == globex && $0.expiresAt == nil })

            // A wildcard stands for one label.
            try await sign("two", ["*.globex.example"], in: folder)
            certificates.reload()
            tenancy.status = 503
            await #expect(throws: Failure.self) { try await news.tell() }
            tenancy.status = 204
            try await news.tell()
            #expect(tenancy.told.count == 3 && tenancy.told.last?.name == "sales.globex.example")
            #expect(tenancy.told.last?.expiresAt != nil)

            // Whose it is now is told anew.
            state.apply([.domain("calls.acme.example", globex)], sequence: 2)
            try await news.tell()
            #expect(tenancy.told.last == .init(name: "calls.acme.example", tenantID: globex, expiresAt: end))
            client.close()
            await server.drain(within: .zero)
        }
    }
}
