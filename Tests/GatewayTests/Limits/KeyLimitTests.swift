import Crypto
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import Testing

@testable import Gateway

/// What one API key may ask for, and how many WebSockets a tenant may have.
///
/// The door's limits have no database here: they have half of each plan. Buckets gain a token a second, so what a test
/// asks for in a moment may be answered one more time for each second that the machine takes.
@Suite(.timeLimit(.minutes(20))) struct KeyLimitTests {
    private func plan(burst: Int, concurrency: Int = 1000) -> Entitlements {
        var plan = Entitlements.seed(for: .starter)
        plan.requestsPerSecond = 1
        plan.burst = burst
        plan.concurrency = concurrency
        return plan
    }

    /// Exchanges every key for one token.
    private final class Exchange: @unchecked Sendable {
        var token = ""

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            do {
                let answer = InternalAPI.Token(token: token, expiresInSeconds: 60)
                return HTTPResponse(status: 200, body: .bytes(try JSON.encode(answer)))
            } catch { return HTTPResponse(status: 500) }
        }
    }

    @Test func `a key has a limit of its own over all kinds of traffic, and another key is not affected`()
        async throws
    {
        let exchange = Exchange()
        try await DoorUnderTest.with(tenancy: exchange.answer) { door async throws in
            exchange.token = try door.keyToken()
            // The kinds api and hook have as much as a key has, transfer half of it.
            door.learn(plan: plan(burst: 400))
            let (first, second) = (OpaqueToken.make(.liveAPIKey).reveal(), OpaqueToken.make(.liveAPIKey).reveal())
            func ask(_ key: String, _ target: String) async throws -> HTTPClientResponse {
                try await door.send(.get, target, ["Authorization": "Bearer \(key)"])
            }
            let began = ContinuousClock.now
            var answered = 0
            // 200 for the key, 200 for api and 100 for transfer: the key is what ends it.
            for number in 0..<240 {
                let target = number.isMultiple(of: 3) ? "/api/v1/calls/1/recording" : "/api/v1/calls"
                let answer = try await ask(first, target)
                if answer.status == 200 {
                    answered += 1
                    continue
                }
                #expect(try await door.problem(answer).code == "rate_limited")
                #expect(answer.headers["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
                break
            }
            let seconds = Int((ContinuousClock.now - began).components.seconds)
            #expect(answered >= 200 && answered <= 202 + seconds, "\(answered)")
            #expect(try await ask(second, "/api/v1/calls").status == 200)
            #expect(try await ask(second, "/api/v1/calls/1/recording").status == 200)
        }
    }

    @Test func `so many WebSockets are open at once, and a place comes back when one ends`() async throws {
        try await DoorUnderTest.with(service: { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""],
                body: .upgraded { input, output in
                    while let piece = try await input.next() { try await output.write(piece) }
                })
        }) { door async throws in
            // Four for each request that the plan allows at once, and half of that here.
            door.learn(plan: plan(burst: 2000, concurrency: 1))
            let headers: HTTPHeaders = ["Authorization": try door.bearer(.agent)]
            var open: [HTTPClientResponse] = []
            for _ in 0..<2 { open.append(try await door.upgrade("/api/v1/realtime", headers)) }
            #expect(open.map(\.status) == [101, 101])
            let refused = try await door.upgrade("/api/v1/realtime", headers)
            #expect(try await door.problem(refused).code == "too_many_concurrent_requests")
            #expect(refused.headers["retry-after"] == "1")
            // Requests have places of their own.
            #expect(try await door.send(["Authorization": try door.bearer(.agent)]).status != 429)
            open[0].writer?.finish()
            let end = try await open[0].body.next()
            #expect(end == nil)
            // The place is given back at the end of the tunnel, which the door sees after its client.
            var status = 429
            while status == 429 {
                try await door.loop.sleep(for: .milliseconds(5))
                status = try await door.upgrade("/api/v1/realtime", headers).status
            }
            #expect(status == 101)
        }
    }
}
