import HTTP
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct ComingAndGoingTests {
    /// Everything at once, so that no test has to wait.
    private static let eager: UpstreamPolicy = {
        var policy = UpstreamPolicy()
        policy.probeInterval = 1
        policy.troubledInterval = 1
        policy.eagerInterval = 1
        return policy
    }()

    private static func probe(_ copies: CopiesUnderTest, until condition: () -> Bool) async throws {
        while !condition() {
            copies.health.look()
            try await copies.loop.sleep(for: .milliseconds(2))
        }
    }

    @Test func `a copy that says it is not ready gets nothing new until it is`() async throws {
        let isReady = Latch()
        let shy: HTTPHandler = { request in
            HTTPResponse(status: request.path == "/ready" && !isReady.isOpen ? 503 : 200)
        }
        try await CopiesUnderTest.with([shy, CopiesUnderTest.fine], policy: Self.eager) { copies async throws in
            try await Self.probe(copies) {
                copies.service.copies.map(\.health.readiness) == [.refusing, .ready]
            }
            for _ in 0..<10 { #expect(try await copies.status() == 200) }
            #expect(copies.counts == [0, 10])
            isReady.open()
            try await Self.probe(copies) { copies.service.copies[0].health.readiness == .ready }
            for _ in 0..<10 { #expect(try await copies.status() == 200) }
            #expect(copies.counts == [5, 15])
        }
    }

    @Test func `when none is ready all are tried`() async throws {
        let starting: HTTPHandler = { request in HTTPResponse(status: request.path == "/ready" ? 503 : 200) }
        try await CopiesUnderTest.with([starting, starting], policy: Self.eager) { copies async throws in
            try await Self.probe(copies) {
                copies.service.copies.allSatisfy { $0.health.readiness == .refusing }
            }
            for _ in 0..<10 { #expect(try await copies.status(.post) == 200) }
            #expect(copies.counts == [5, 5])
            #expect(!copies.health.haveAllBeenReady)
        }
    }

    @Test func `a service that answers no probe is not waited for as long as the route allows`() async throws {
        var policy = Self.eager
        policy.probeDeadline = .milliseconds(5)
        policy.hopelessPatience = .milliseconds(20)
        try await CopiesUnderTest.with(
            [
                { request in
                    await Latch().wait()
                    return HTTPResponse(status: 200)
                }
            ], policy: policy
        ) { copies async throws in
            try await Self.probe(copies) { copies.service.copies[0].health.readiness == .silent }
            let failure = await #expect(throws: Failure.self) {
                _ = try await copies.send(.post, deadline: .seconds(600))
            }
            #expect(failure?.status == 503)
        }
    }

    @Test func `a name stands for its addresses, and what runs on one that leaves it ends in peace`() async throws {
        let latch = Latch()
        let slow: HTTPHandler = { _ in
            await latch.wait()
            return HTTPResponse(status: 200, body: .bytes([1, 2, 3]))
        }
        try await CopiesUnderTest.with([slow]) { copies async throws in
            let name = try #require(UpstreamAddress("dns+http://localhost:\(copies.endpoints[0].port)"))
            let service = UpstreamService(.calls, [name], policy: .init(), now: copies.loop.now)
            #expect(service.copies.isEmpty)
            try await copies.upstreams.resolve(service)
            #expect(service.copies.contains { $0.endpoint == copies.endpoints[0] })

            let running = service.copies.filter { $0.endpoint == copies.endpoints[0] }
            running[0].begin(at: copies.loop.now)
            service.resolved(name, to: [HTTPEndpoint(host: "127.0.0.9", port: 1)], now: copies.loop.now)
            #expect(service.copies.map(\.endpoint.host) == ["127.0.0.9"])
            #expect(service.leaving.contains { $0 === running[0] })
            #expect(!service.takeDeparted().contains(copies.endpoints[0]))
            // One that comes back is the same.
            service.resolved(name, to: [copies.endpoints[0]], now: copies.loop.now)
            #expect(service.copies[0] === running[0] && service.copies[0].inFlight == 1)
            service.resolved(name, to: [], now: copies.loop.now)
            running[0].end()
            #expect(service.takeDeparted().contains(copies.endpoints[0]))
            #expect(service.leaving.isEmpty)
            latch.open()
        }
    }

    @Test func `requests find the addresses of a name by themselves`() async throws {
        try await CopiesUnderTest.with([CopiesUnderTest.fine]) { copies async throws in
            let name = try #require(UpstreamAddress("dns+http://localhost:\(copies.endpoints[0].port)"))
            let upstreams = Upstreams([.calls: [name]], http: copies.upstreams.http)
            let answer = try await upstreams.send(
                HTTPClientRequest(method: .get, target: "/"), to: .calls, deadline: .seconds(5))
            #expect(answer.response.status == 200)
            let nowhere = try #require(UpstreamAddress("dns+http://nowhere.invalid:1"))
            let lost = Upstreams([.calls: [nowhere]], http: copies.upstreams.http)
            await #expect(throws: IOError.self) {
                _ = try await lost.send(
                    HTTPClientRequest(method: .get, target: "/"), to: .calls, deadline: .seconds(5))
            }
            upstreams.close()
            lost.close()
        }
    }

    @Test func `connections to a copy that has left are closed once they are idle`() async throws {
        try await CopiesUnderTest.with([CopiesUnderTest.fine]) { copies async throws in
            #expect(try await copies.status() == 200)
            let http = copies.upstreams.http
            #expect(http.openConnections(to: copies.endpoints[0]) == 1)
            http.retire(copies.endpoints[0])
            #expect(http.openConnections(to: copies.endpoints[0]) == 0)
            #expect(try await copies.status() == 200)
            #expect(http.openConnections(to: copies.endpoints[0]) == 1)
        }
    }

    @Test func `a copy that stops in good order loses no request, and none that is not repeatable`() async throws {
        try await CopiesUnderTest.with([CopiesUnderTest.fine, CopiesUnderTest.fine]) { copies async throws in
            for _ in 0..<4 { #expect(try await copies.status(.post) == 200) }
            let stopping = copies.loop.spawn { await copies.servers[0].drain(within: .seconds(5)) }
            // Its idle connections are told; requests cross that on their way.
            for _ in 0..<200 {
                #expect(try await copies.status(.post) == 200)
                try await copies.loop.sleep(for: .milliseconds(1))
            }
            await stopping.value
            #expect(copies.counts.reduce(0, +) == 204)
        }
    }

    @Test func `the status page has every copy with its figures`() async throws {
        let failing: HTTPHandler = { request in HTTPResponse(status: request.path == "/ready" ? 200 : 500) }
        try await CopiesUnderTest.with([CopiesUnderTest.fine, failing], policy: Self.eager) { copies async throws in
            try await Self.probe(copies) { copies.service.hasBeenReady }
            for _ in 0..<8 { _ = try await copies.status(.post) }
            copies.health.look()
            let page = try copies.board.document.decode([String: ServiceStatus].self)
            let service = try #require(page["calls"])
            #expect(service.hasBeenReady && service.isReady)
            #expect(service.copies.map(\.address) == copies.endpoints.map(\.description))
            #expect(service.copies.map(\.failureShare) == [0, 1])
            #expect(service.copies.allSatisfy { $0.requestsPerSecond > 0 && $0.inFlight == 0 })
            #expect(service.copies.allSatisfy { ($0.latencyMilliseconds.p99 ?? 0) > 0 })
            #expect(page["billing"]?.isReady == false)
        }
    }
}
