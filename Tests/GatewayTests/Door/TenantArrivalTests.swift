import HTTP
import HTTPClient
import IO
import Testing

@testable import Gateway

/// The change feed of a test: tells of a tenant when the loop comes to it, after the answer has left the service.
private final class LateFeed: @unchecked Sendable {
    /// Set before the first request; confined to the test's loop.
    var door: DoorUnderTest?

    func handler(tells: Bool) -> HTTPHandler {
        { [self] request in
            guard request.method == .post else { return HTTPResponse(status: 200) }
            if tells, let door {
                _ = door.loop.timer(after: .milliseconds(40)) {
                    do { try door.learnTenant("initech") } catch { Issue.record(error) }
                }
            }
            return HTTPResponse(status: 201)
        }
    }
}

@Suite struct TenantArrivalTests {
    @Test func `whoever has just made a tenant reaches it at once`() async throws {
        let feed = LateFeed()
        try await DoorUnderTest.with(service: feed.handler(tells: true)) { door async throws in
            feed.door = door
            let before = try await door.send(.get, host: "initech.localhost:8080")
            #expect(before.status == 404)
            let made = try await door.send(.post, "/api/v1/platform/tenants")
            #expect(made.status == 201)
            let reached = try await door.send(.get, host: "initech.localhost:8080")
            #expect(reached.status == 200)
        }
    }

    @Test func `an answer that changed nothing is not held for long`() async throws {
        let feed = LateFeed()
        try await DoorUnderTest.with(service: feed.handler(tells: false)) { door async throws in
            feed.door = door
            let started = door.loop.now
            let made = try await door.send(.post, "/api/v1/platform/tenants")
            #expect(made.status == 201)
            #expect(door.loop.now - started < 5_000)
        }
    }
}
