import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Telemetry
import Testing

@testable import Gateway

@Suite struct KeyExchangeTests {
    /// Tenancy's exchange; confined to the test's loop.
    private final class Exchange: @unchecked Sendable {
        private(set) var asked: [InternalAPI.APIKeyExchange] = []
        var token: String?
        var failure: Int = 404

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            do {
                #expect(request.path == "/internal/api-keys/exchange")
                asked.append(
                    try JSON.decode(
                        InternalAPI.APIKeyExchange.self, from: try await request.body.collect(upTo: 10_000)))
                guard let token else { return HTTPResponse(status: failure) }
                let answer = InternalAPI.Token(token: token, expiresInSeconds: 60)
                return HTTPResponse(status: 200, body: .bytes(try JSON.encode(answer)))
            } catch {
                return HTTPResponse(status: 500)
            }
        }
    }

    private let key = OpaqueToken.make(.liveAPIKey).reveal()

    @Test func `a key is exchanged once for many requests, and the service sees the token alone`() async throws {
        let (asked, exchange) = (Asked(), Exchange())
        try await DoorUnderTest.with(service: asked.handler(), tenancy: exchange.answer) { door async throws in
            let token = try door.keyToken()
            exchange.token = token
            for _ in 0..<3 { #expect(try await door.send(["Authorization": "Bearer \(key)"]).status == 200) }
            #expect(exchange.asked.count == 1)
            #expect(exchange.asked.first?.key == key)
            #expect(exchange.asked.first?.tenantID == door.tenant)
            for request in asked.requests {
                #expect(request.headers.all(named: "authorization") == ["Bearer \(token)"])
            }
            #expect(!door.log.text.contains(key))
        }
    }

    @Test func `a key that was revoked is asked for again`() async throws {
        let exchange = Exchange()
        try await DoorUnderTest.with(tenancy: exchange.answer) { door async throws in
            exchange.token = try door.keyToken()
            #expect(try await door.send(["Authorization": "Bearer \(key)"]).status == 200)
            exchange.token = nil
            door.revokeSomeKey()
            let problem = try await door.problem(try await door.send(["Authorization": "Bearer \(key)"]))
            #expect(problem.status == 401)
            #expect(problem.code == "invalid_token")
        }
    }

    @Test func `a key is one tenant's alone`() async throws {
        let exchange = Exchange()
        try await DoorUnderTest.with(tenancy: exchange.answer) { door async throws in
            exchange.token = try door.keyToken()
            #expect(try await door.send(["Authorization": "Bearer \(key)"]).status == 200)
            let answer = try await door.send(
                .get, "/api/v1/calls", host: "globex.localhost", ["Authorization": "Bearer \(key)"])
            #expect(try await door.problem(answer).status == 401)
        }
    }

    @Test func `what cannot be one of our keys is asked of nobody`() async throws {
        let exchange = Exchange()
        try await DoorUnderTest.with(tenancy: exchange.answer) { door async throws in
            let wrong = String(key.dropLast()) + (key.last == "0" ? "1" : "0")
            for text in ["sbk_live_", "sbk_", wrong, key + "0", OpaqueToken.make(.liveAPIKey).reveal().uppercased()] {
                let problem = try await door.problem(try await door.send(["Authorization": "Bearer \(text)"]))
                #expect(problem.status == 401)
            }
            #expect(exchange.asked.isEmpty)
        }
    }

    @Test(arguments: [(404, 401), (500, 502), (503, 503), (429, 429)])
    func `tenancy's trouble is not the caller's fault`(theirs: Int, ours: Int) async throws {
        let exchange = Exchange()
        exchange.failure = theirs
        try await DoorUnderTest.with(tenancy: exchange.answer) { door async throws in
            let problem = try await door.problem(try await door.send(["Authorization": "Bearer \(key)"]))
            #expect(problem.status == ours)
        }
    }
}
