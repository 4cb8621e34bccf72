import Crypto
import FoundationEssentials
import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct OutboundTLSTests {
    /// Runs a TLS server with a certificate of its own making.
    private func withServer(
        names: String,
        _ body:
            @escaping @Sendable (_ client: OutboundHTTPClient, _ port: Int, _ pem: String) async throws
            -> Void
    ) async throws {
        try await withLoop { loop in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let made = try ChildProcess(
                loop: loop,
                .init(
                    "/usr/bin/openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=\(names)", "-keyout", "key.pem",
                        "-out", "cert.pem",
                    ], workingDirectory: folder))
            #expect(await made.wait() == .exited(0))
            let server = try ChildProcess(
                loop: loop,
                .init(
                    "/usr/bin/openssl",
                    ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-www"],
                    workingDirectory: folder))
            var output = ""
            while !output.contains("ACCEPT"), let bytes = await server.nextOutput() {
                output += String(decoding: bytes, as: UTF8.self)
            }
            let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("ACCEPT") })
            let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(port))
            try await body(client, port, try String(contentsOfFile: folder + "/cert.pem", encoding: .utf8))
            server.kill(15)
            _ = await server.wait()
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    private func expectRefusal(_ client: OutboundHTTPClient, _ request: OutboundHTTPRequest) async throws {
        do {
            _ = try await client.send(request)
            Issue.record("trusted")
        } catch let error as OutboundHTTPError {
            #expect(error == .tlsFailed)
        }
    }

    @Test func `a self-signed certificate is refused unless it is the one to trust`() async throws {
        try await withServer(names: "IP:127.0.0.1") { client, port, pem in
            var request = OutboundHTTPRequest(.get, "https://127.0.0.1:\(port)/")
            try await expectRefusal(client, request)
            request.trustedCertificates = Array(pem.utf8)
            #expect(try await client.send(request).status == 200)
        }
    }

    @Test func `a pinned key is enough whatever the certificate's name, and no other key is`() async throws {
        try await withServer(names: "DNS:pbx.invalid") { client, port, pem in
            var request = OutboundHTTPRequest(.get, "https://127.0.0.1:\(port)/")
            request.trustedCertificates = Array(pem.utf8)
            try await expectRefusal(client, request)
            request.trustedCertificates = nil
            request.pinnedKey = CertificatePin.key(ofPEM: pem)
            #expect(request.pinnedKey?.hasPrefix("sha256//") == true)
            #expect(try await client.send(request).status == 200)
            let other = "sha256//" + Base64.standard.encode(SHA256.digest("another key"))
            for pin in [other, "sha256//", "", "no pin"] {
                request.pinnedKey = pin
                try await expectRefusal(client, request)
            }
        }
    }

    @Test func `a text without a certificate has no key`() {
        #expect(CertificatePin.key(ofPEM: "") == nil)
        #expect(CertificatePin.key(ofPEM: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == nil)
    }
}
