import HTTP
import HTTPClient
import IO
import Models
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct SeveralCopiesTests {
    @Test func `copies take turns`() async throws {
        try await CopiesUnderTest.with([CopiesUnderTest.fine, CopiesUnderTest.fine, CopiesUnderTest.fine]) {
            copies async throws in
            for _ in 0..<30 { #expect(try await copies.status() == 200) }
            #expect(copies.counts == [10, 10, 10])
        }
    }

    @Test func `the copy with the fewest requests gets the next`() async throws {
        let gate = Latch()
        try await CopiesUnderTest.with([
            { _ in
                await gate.wait()
                return HTTPResponse(status: 200)
            }, CopiesUnderTest.fine,
        ]) { copies async throws in
            let slow = copies.loop.spawn { await Self.result { try await copies.send() } }
            let other = copies.loop.spawn { await Self.result { try await copies.send() } }
            try await copies.until { copies.service.copies[0].inFlight == 1 && copies.counts[1] >= 1 }
            for _ in 0..<20 { #expect(try await copies.status() == 200) }
            #expect(copies.counts == [1, 21])
            gate.open()
            #expect(try await slow.value.get().response.status == 200)
            #expect(try await other.value.get().response.status == 200)
            #expect(copies.service.copies.map(\.inFlight) == [0, 0])
        }
    }

    @Test func `an answer counts until its body has been passed on`() async throws {
        let gate = Latch()
        let handler: HTTPHandler = { _ in
            HTTPResponse(
                status: 200,
                body: .stream(length: nil) { writer in
                    try await writer.write([1])
                    await gate.wait()
                })
        }
        try await CopiesUnderTest.with([handler]) { copies async throws in
            do {
                let answer = try await copies.send()
                #expect(copies.service.copies[0].inFlight == 1)
                gate.open()
                _ = try await answer.response.body.collect(upTo: 100)
                #expect(copies.service.copies[0].inFlight == 1)
            }
            try await copies.until { copies.service.copies[0].inFlight == 0 }
        }
    }

    @Test func `a copy that is away costs no request anything, whatever it does`() async throws {
        let nobody = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        try await CopiesUnderTest.with([CopiesUnderTest.fine], also: ["http://127.0.0.1:\(nobody.port)"]) {
            copies async throws in
            for method: HTTPMethod in [.post, .get, .patch, .delete, .post, .post] {
                let answer = try await copies.send(method, body: .bytes([1]))
                #expect(answer.response.status == 200)
            }
            #expect(copies.counts == [6])
            #expect(copies.service.copies[1].health.word(at: copies.loop.now) == "ejected")
        }
    }

    @Test func `a stream whose copy is away goes to another one, whole`() async throws {
        let nobody = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let echo: HTTPHandler = { request in
            do { return HTTPResponse(status: 200, body: .bytes(try await request.body.collect(upTo: 1 << 20))) } catch {
                return HTTPResponse(status: 500)
            }
        }
        try await CopiesUnderTest.with([echo], also: ["http://127.0.0.1:\(nobody.port)"]) { copies async throws in
            for _ in 0..<4 {
                let body = HTTPBody(declaredLength: nil) {}
                let text = Array("all of it".utf8)
                text.withUnsafeBytes { body.deliver($0) }
                body.finish()
                let answer = try await copies.send(.post, body: .stream(body))
                #expect(try await answer.response.body.collect(upTo: 100) == text)
            }
        }
    }

    @Test func `what a copy may have seen is not sent again, but for what only reads`() async throws {
        try await withLoop { loop in
            let dying = try RawService(loop, .close)
            defer { dying.close() }
            try await CopiesUnderTest.with([CopiesUnderTest.fine], also: ["http://127.0.0.1:\(dying.port)"]) {
                copies async throws in
                var lost = 0
                for _ in 0..<2 {
                    do { _ = try await copies.status(.post) } catch HTTPClientError.connectionClosed { lost += 1 }
                }
                #expect(lost == 1 && copies.counts == [1])
                for _ in 0..<4 { #expect(try await copies.status(.get) == 200) }
            }
        }
    }

    @Test func `a copy that takes nothing now is passed over by what only reads`() async throws {
        let busy: HTTPHandler = { _ in HTTPResponse(status: 503, headers: ["Retry-After": "1"]) }
        try await CopiesUnderTest.with([busy, CopiesUnderTest.fine]) { copies async throws in
            for _ in 0..<4 { #expect(try await copies.status(.get) == 200) }
            let posts = [try await copies.status(.post), try await copies.status(.post)]
            #expect(posts.sorted() == [200, 503])
        }
        try await CopiesUnderTest.with([busy, busy]) { copies async throws in
            #expect(try await copies.status(.get) == 503)
            #expect(copies.counts == [1, 1])
        }
    }

    @Test func `repetitions end with their budget`() async throws {
        let nobody = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        var policy = UpstreamPolicy()
        policy.lostConnections = 1_000_000
        let busy: HTTPHandler = { _ in HTTPResponse(status: 503, headers: ["Retry-After": "1"]) }
        try await CopiesUnderTest.with([busy], also: ["http://127.0.0.1:\(nobody.port)"], policy: policy) {
            copies async throws in
            for _ in 0..<200 { do { _ = try await copies.status() } catch HTTPClientError.connectionFailed {} }
            // Half of 200 begin here; 10 more at the start, and one in ten.
            #expect((100...131).contains(copies.counts[0]))
        }
    }

    @Test func `a copy that fails again and again is left alone, tried, and taken back`() async throws {
        let mended = Latch()
        var policy = UpstreamPolicy()
        policy.firstEjection = 50
        try await CopiesUnderTest.with(
            [{ _ in HTTPResponse(status: mended.isOpen ? 200 : 500) }, CopiesUnderTest.fine], policy: policy
        ) { copies async throws in
            var failures = 0
            while !copies.service.copies[0].health.isEjected {
                if try await copies.status(.post) == 500 { failures += 1 }
            }
            #expect(failures == UpstreamPolicy().failedAnswers)
            mended.open()
            try await copies.until { copies.service.copies[0].health.isUsable(at: copies.loop.now) }
            for _ in 0..<4 { #expect(try await copies.status(.post) == 200) }
            #expect(!copies.service.copies[0].health.isEjected)
        }
    }

    @Test func `the only copy is tried however often it fails`() async throws {
        try await CopiesUnderTest.with([{ _ in HTTPResponse(status: 500) }]) { copies async throws in
            for _ in 0..<50 { #expect(try await copies.status() == 500) }
            #expect(copies.counts == [50])
        }
    }

    private static func result<Value: Sendable>(
        _ body: () async throws -> Value
    ) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
