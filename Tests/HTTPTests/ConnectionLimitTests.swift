import IO
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(20))) struct ConnectionLimitTests {
    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func configuration(_ limit: ConnectionLimit) -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration.forTests
        configuration.connections = limit
        return configuration
    }

    @Test(arguments: [(2, 100), (100, 2)])
    func `one connection too many is closed unread, and another's end makes room`(most: Int, ofOne: Int) async throws {
        let limit = ConnectionLimit(most, perAddress: ofOne) { _ in false }
        try await withServer(Self.configuration(limit), handler: { _ in HTTPResponse(status: 204) }) { server in
            let first = try await TestClient.connect(to: server.socket, on: server.loop)
            let second = try await TestClient.connect(to: server.socket, on: server.loop)
            for client in [first, second] {
                client.send(Self.request)
                let answer = await client.read(upTo: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 204"))
            }
            let third = try await TestClient.connect(to: server.socket, on: server.loop)
            third.send(Self.request)
            let nothing = await third.readToEnd()
            #expect(nothing.isEmpty)
            first.close()
            for _ in 0..<1000 where limit.count > 1 { try await server.loop.sleep(for: .milliseconds(1)) }
            let fourth = try await TestClient.connect(to: server.socket, on: server.loop)
            fourth.send(Self.request)
            let answer = await fourth.read(upTo: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 204"))
            second.close()
            fourth.close()
            for _ in 0..<1000 where limit.count > 0 { try await server.loop.sleep(for: .milliseconds(1)) }
            #expect(limit.count == 0)
        }
    }

    @Test func `an exempt address is counted in all only`() async throws {
        let limit = ConnectionLimit(3, perAddress: 1)
        try await withServer(Self.configuration(limit), handler: { _ in HTTPResponse(status: 204) }) { server in
            var clients: [TestClient] = []
            for _ in 0..<3 {
                let client = try await TestClient.connect(to: server.socket, on: server.loop)
                client.send(Self.request)
                let answer = await client.read(upTo: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 204"))
                clients.append(client)
            }
            #expect(limit.count == 3)
            for client in clients { client.close() }
        }
    }
}
