import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import Testing

@testable import Gateway

/// The limits as a client of the door meets them.
///
/// The door's limits have no database here: they have half of each plan, as before the first answer of one.
@Suite(.timeLimit(.minutes(20))) struct DoorLimitTests {
    private func plan(_ rate: Int, burst: Int, concurrency: Int = 1000) -> Entitlements {
        var plan = Entitlements.seed(for: .starter)
        plan.requestsPerSecond = rate
        plan.burst = burst
        plan.concurrency = concurrency
        return plan
    }

    @Test func `every answer tells where the client stands`() async throws {
        try await DoorUnderTest.with { door async throws in
            door.learn(plan: plan(2, burst: 200))
            let bearer = try door.bearer(.owner)
            let answer = try await door.send(["Authorization": bearer])
            #expect(answer.status == 200)
            #expect(answer.headers.all(named: "RateLimit-Policy") == [#""api";q=200;w=100"#])
            let left = try #require(answer.headers["ratelimit"])
            #expect(left.hasPrefix(#""api";r="#) && left.contains(";t="))
            let lost = try await door.send(.get, "/api/v1/calls", host: "nobody.localhost:8080")
            #expect(lost.status == 404)
            #expect(lost.headers["ratelimit-policy"] == #""address";q=400;w=4"#)
            #expect(lost.headers["ratelimit"] == #""address";r=199;t=1"#)
        }
    }

    @Test func `one request too many is a 429 that says when to come back, and others are not affected`() async throws {
        try await DoorUnderTest.with { door async throws in
            door.learn(plan: plan(1, burst: 10))
            let bearer = try door.bearer(.owner)
            let began = ContinuousClock.now
            var answered = 0
            var refused = try await door.send(["Authorization": bearer])
            while refused.status == 200, answered < 1000 {
                answered += 1
                refused = try await door.send(["Authorization": bearer])
            }
            // And one for each two seconds that this has taken.
            #expect(answered >= 5 && answered <= 6 + Int(began.duration(to: .now) / .seconds(2)))
            #expect(try await door.problem(refused).code == "rate_limited")
            #expect(refused.headers["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
            #expect(refused.headers["ratelimit-policy"] == #""api";q=10;w=10"#)
            let other = try door.bearer(.owner, in: door.otherTenant)
            let answer = try await door.send(
                .get, "/api/v1/calls", host: "globex.localhost:8080", ["Authorization": other])
            #expect(answer.status == 200)
            // Another kind of traffic has a bucket of its own, and a wider plan is in force with the next request.
            let events = try await door.send(.get, "/api/v1/calls/1/recording", ["Authorization": bearer])
            #expect(events.status == 200 && events.headers["ratelimit-policy"] == #""transfer";q=5;w=5"#)
            door.learn(plan: plan(100_000, burst: 200_000))
            try await door.loop.sleep(for: .milliseconds(20))
            #expect(try await door.send(["Authorization": bearer]).status == 200)
        }
    }

    @Test func `so many requests run at once, and a place comes back however the request ends`() async throws {
        let meeting = AsyncStream<Void>.makeStream()
        let arrivals = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(service: { request in
            switch request.path {
            case "/api/v1/calls/fails": return HTTPResponse(status: 500)
            case "/api/v1/calls/waits":
                arrivals.continuation.yield()
                for await _ in meeting.stream { break }
                return HTTPResponse(status: 200)
            case "/api/v1/calls/streams":
                return HTTPResponse(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        try await writer.write([0x61])
                        for await _ in meeting.stream { break }
                    })
            default: return HTTPResponse(status: 200)
            }
        }) { door async throws in
            door.learn(plan: plan(1000, burst: 2000, concurrency: 4))
            let bearer = try door.bearer(.owner)
            @Sendable func status(_ what: String, _ method: HTTPMethod = .get) async throws -> Int {
                try await door.send(method, "/api/v1/calls/\(what)", ["Authorization": bearer]).status
            }
            for _ in 0..<10 { #expect(try await status("fails") == 500) }
            for _ in 0..<10 { #expect(try await status("ok", .head) == 200) }
            let waiting = (0..<2).map { _ in
                door.loop.spawn { () async -> Int in
                    do { return try await status("waits") } catch { return 0 }
                }
            }
            var arrived = arrivals.stream.makeAsyncIterator()
            for _ in 0..<2 { await arrived.next() }
            let refused = try await door.send(.get, "/api/v1/calls/ok", ["Authorization": bearer])
            #expect(try await door.problem(refused).code == "too_many_concurrent_requests")
            #expect(refused.headers["retry-after"] == "1")
            for _ in 0..<2 { meeting.continuation.yield() }
            for task in waiting { #expect(await task.value == 200) }
            // A stream holds its place to its end, be it the service's or the client's.
            let streams = [
                try await door.send(.get, "/api/v1/calls/streams", ["Authorization": bearer]),
                try await door.send(.get, "/api/v1/calls/streams", ["Authorization": bearer]),
            ]
            #expect(try await status("ok") == 429)
            meeting.continuation.yield()
            meeting.continuation.yield()
            for stream in streams { #expect(try await stream.body.collect(upTo: 10) == [0x61]) }
            #expect(try await status("ok") == 200)
        }
    }

    @Test func `a client that goes away gives its place back`() async throws {
        try await DoorUnderTest.with(service: { request in
            guard request.path == "/api/v1/calls/endless" else { return HTTPResponse(status: 200) }
            return HTTPResponse(
                status: 200,
                body: .stream(length: nil) { writer in
                    while true { try await writer.write([UInt8](repeating: 0x61, count: 1000)) }
                })
        }) { door async throws in
            door.learn(plan: plan(1000, burst: 2000, concurrency: 2))
            let bearer = try door.bearer(.owner)
            let gone = InternalHTTPClient(loop: door.loop)
            let answer = try await gone.send(
                HTTPClientRequest(
                    method: .get, target: "/api/v1/calls/endless",
                    headers: ["Host": "acme.localhost:8080", "Authorization": bearer]),
                to: door.endpoint, deadline: .seconds(30))
            #expect(answer.status == 200)
            let first = try await answer.body.next()
            #expect(first?.isEmpty == false)
            #expect(try await door.send(["Authorization": bearer]).status == 429)
            gone.close()
            let reader = door.loop.spawn { () async -> Bool in
                do {
                    while try await answer.body.next() != nil {}
                    return true
                } catch { return false }
            }
            reader.cancel()
            _ = await reader.value
            var status = 429
            for _ in 0..<500 where status == 429 {
                try await door.loop.sleep(for: .milliseconds(5))
                status = try await door.send(["Authorization": bearer]).status
            }
            #expect(status == 200, "\(door.log.lines.suffix(3))")
        }
    }

    @Test func `a body that is larger than its route takes is refused, declared or not`() async throws {
        try await DoorUnderTest.with(service: { request in
            do { while try await request.body.next() != nil {} } catch { return HTTPResponse(status: 400) }
            return HTTPResponse(status: 200)
        }) { door async throws in
            let large = [UInt8](repeating: 0x61, count: (64 << 10) + 1)
            let target = "/api/v1/auth/login"
            let json: HTTPHeaders = ["Content-Type": "application/json"]
            let declared = try await door.send(.post, target, headers: json, body: .bytes(large))
            #expect(declared.status == 413)
            #expect(try await door.problem(declared).code == "body_too_large")
            let (body, pieces) = (HTTPBody(declaredLength: nil) {}, large)
            pieces.withUnsafeBytes { body.deliver($0) }
            body.finish()
            let chunked = try await door.send(.post, target, headers: json, body: .stream(body))
            #expect(chunked.status == 413)
            #expect(try await door.problem(chunked).code == "body_too_large")
            let fitting = try await door.send(.post, target, headers: json, body: .bytes(Array(large.dropLast())))
            #expect(fitting.status == 200)
        }
    }

    @Test func `sign-ins and wrong credentials of one address are counted`() async throws {
        try await DoorUnderTest.with { door async throws in
            door.learn(plan: plan(100_000, burst: 200_000))
            var answered = 0
            while answered < 5000, try await door.send(.post, "/api/v1/auth/login").status == 200 { answered += 1 }
            // Two gateways are taken for granted until the database has answered, so half of 200 at once.
            #expect(answered >= 100 && answered < 5000)
            let wrong = "Bearer \(String(repeating: "a", count: 40))"
            var last = 0
            for _ in 0..<700 where last != 429 {
                last = try await door.send(["Authorization": wrong]).status
            }
            #expect(last == 429)
        }
    }
}
