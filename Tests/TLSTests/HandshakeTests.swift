import IO
import TestSupport
import Testing

@testable import TLS

@Suite struct HandshakeTests {
    @Test(arguments: ["1_2", "1_3"]) func `both versions carry a request`(version: String) async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.client("-tls\(version) -alpn h2,http/1.1 -verify_return_error")
            #expect(text.contains("/hello secure=true"))
            #expect(text.contains("New, TLSv\(version.replacing("_", with: "."))"))
            #expect(text.contains("ALPN protocol: http/1.1"))
            #expect(text.contains("Verify return code: 0"))
            #expect(text.contains("Compression: NONE"))
        }
    }

    @Test(arguments: ["-tls1", "-tls1_1"]) func `older versions are refused`(version: String) async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.client("\(version) -cipher ALL:@SECLEVEL=0")
            #expect(text.contains("alert protocol version"))
            #expect(!text.contains("secure=true"))
        }
    }

    @Test func `the oldest version is a setting`() async throws {
        var settings = TLSSettings.forTests
        settings.minimumVersion = .v13
        try await ServerUnderTest.run(settings) { (server) async throws in
            let answer1 = try await server.client("-tls1_2")
            #expect(answer1.contains("alert protocol version"))
            let answer2 = try await server.client("-tls1_3")
            #expect(answer2.contains("secure=true"))
        }
    }

    @Test(arguments: ["1_2", "1_3"]) func `protocols without overlap end with alert 120`(version: String) async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.client("-tls\(version) -alpn h2,spdy/3")
            #expect(text.contains("alert number 120"))
            #expect(!text.contains("secure=true"))
        }
    }

    @Test func `the server's first protocol wins and none offered is HTTP 1`() async throws {
        var settings = TLSSettings.forTests
        settings.protocols = ["first", "second"]
        try await ServerUnderTest.run(settings) { (server) async throws in
            let answer3 = try await server.client("-alpn second,first")
            #expect(answer3.contains("ALPN protocol: first"))
            let answer4 = try await server.client()
            #expect(answer4.contains("No ALPN negotiated"))
        }
    }

    @Test(arguments: [
        "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256",
        "DES-CBC3-SHA", "NULL-SHA256",
    ])
    func `what is not modern is refused`(cipher: String) async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.client("-tls1_2 -cipher \(cipher):@SECLEVEL=0")
            #expect(!text.contains("secure=true"))
        }
    }

    @Test func `a client cannot renegotiate`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let client = try ChildProcess(
                loop: server.loop,
                .init(
                    "/usr/bin/openssl",
                    ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-CAfile", server.authority.root],
                    environment: [:]))
            client.write(Array("GET /one HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            var output = ""
            while !output.contains("secure=true"), let bytes = await client.nextOutput() {
                output += String(decoding: bytes, as: UTF8.self)
            }
            // Alone on its line it asks for a new handshake.
            client.write(Array("R\n".utf8))
            while let bytes = await client.nextOutput() { output += String(decoding: bytes, as: UTF8.self) }
            _ = await client.wait()
            let errors = String(decoding: client.errorTail, as: UTF8.self)
            #expect(errors.contains("RENEGOTIATING") && errors.contains("no renegotiation"), "\(errors)")
        }
    }

    @Test func `a request in clear is told so`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.command("curl -si http://127.0.0.1:$PORT/")
            #expect(text.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `without any certificate the handshake is refused until there is one`() async throws {
        try await ServerUnderTest.run(prepare: { _ in }) { (server) async throws in
            let before = try await server.client()
            #expect(!before.contains("secure=true"))
            try await server.authority.sign("late", ["suite.test"])
            server.certificates.reload()
            let answer5 = try await server.client()
            #expect(answer5.contains("secure=true"))
        }
    }
}
