import FoundationEssentials
import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct OutboundTLSTests {
    @Test func `a self-signed certificate is refused unless it is the one to trust`() async throws {
        try await withLoop { loop in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let made = try ChildProcess(
                loop: loop,
                .init(
                    "/usr/bin/openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
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
            var request = OutboundHTTPRequest(.get, "https://127.0.0.1:\(port)/")
            do {
                _ = try await client.send(request)
                Issue.record("trusted")
            } catch let error as OutboundHTTPError {
                #expect(error == .tlsFailed)
            }
            request.trustedCertificates = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/cert.pem")))
            #expect(try await client.send(request).status == 200)
            server.kill(15)
            _ = await server.wait()
            try FileManager.default.removeItem(atPath: folder)
        }
    }
}
