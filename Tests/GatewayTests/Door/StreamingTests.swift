import HTTP
import HTTPClient
import IO
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct StreamingTests {
    private static let piece = [UInt8](repeating: 0x61, count: 65_536)
    private static let total = 256 << 20
    /// What the kernel's buffers and ours hold on the way, with room; far below `total`.
    private static let inFlight = 32 << 20

    /// Counts bytes where they are made; confined to the test's loop.
    private final class Count: @unchecked Sendable {
        var bytes = 0
        var isDone = false

        /// Waits until nothing moves any more, or all is through.
        func settle(_ loop: EventLoop) async throws {
            var quiet = 0
            var last = -1
            while quiet < 20, !isDone {
                quiet = last == bytes ? quiet + 1 : 0
                last = bytes
                try await loop.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test func `an answer is fetched only as fast as the client takes it`() async throws {
        let made = Count()
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200,
                body: .stream(length: nil) { writer in
                    while made.bytes < Self.total {
                        try await writer.write(Self.piece)
                        made.bytes += Self.piece.count
                    }
                    made.isDone = true
                })
        }) { door async throws in
            let answer = try await door.send()
            try await made.settle(door.loop)
            #expect(made.bytes < Self.inFlight)
            var received = 0
            while let piece = try await answer.body.next() { received += piece.count }
            #expect(received == Self.total)
        }
    }

    @Test(arguments: [true, false])
    func `a body is taken only as fast as the service reads it`(declaresLength: Bool) async throws {
        let sent = Count()
        let (start, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(service: { request in
            for await _ in start { break }
            var received = 0
            do { while let piece = try await request.body.next() { received += piece.count } } catch { received = -1 }
            return HTTPResponse(status: 200, body: .bytes(Array("\(received)".utf8)))
        }) { door async throws in
            let body = Self.endless(sent, declaresLength, door.loop)
            let answer = door.loop.spawn { () async -> Result<[UInt8], any Error> in
                do {
                    let answer = try await door.send(.put, "/api/v1/calls/x/recording", body: .stream(body))
                    return .success(try await answer.body.collect(upTo: 100))
                } catch { return .failure(error) }
            }
            try await sent.settle(door.loop)
            #expect(sent.bytes < Self.inFlight)
            gate.yield()
            let received = String(decoding: try await answer.value.get(), as: UTF8.self)
            #expect(received == "\(Self.total)")
        }
    }

    /// A body that is made as it is asked for.
    private static func endless(_ sent: Count, _ declaresLength: Bool, _ loop: EventLoop) -> HTTPBody {
        // The closure and the body refer to each other until the body ends.
        final class Source: @unchecked Sendable {
            var body: HTTPBody?
        }
        let source = Source()
        let body = HTTPBody(declaredLength: declaresLength ? Int64(total) : nil) {
            loop.execute {
                guard let body = source.body, !sent.isDone else { return }
                piece.withUnsafeBytes { body.deliver($0) }
                sent.bytes += piece.count
                guard sent.bytes >= total else { return }
                sent.isDone = true
                body.finish()
                source.body = nil
            }
        }
        body.interruptionLoop = loop
        source.body = body
        return body
    }

    @Test func `the first piece of a stream is passed on before the second is made`() async throws {
        let (more, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "text/event-stream"],
                body: .stream(length: nil) { writer in
                    try await writer.write([])
                    for await _ in more { try await writer.write(Array("data: 1\n\n".utf8)) }
                })
        }) { door async throws in
            let answer = try await door.send(.get, "/api/v1/events")
            #expect(answer.headers["content-type"] == "text/event-stream")
            for _ in 0..<3 {
                gate.yield()
                let piece = try await answer.body.next()
                #expect(piece.map { String(decoding: $0, as: UTF8.self) } == "data: 1\n\n")
            }
            gate.finish()
            let end = try await answer.body.next()
            #expect(end == nil)
        }
    }

    @Test func `a client that goes away ends the service's work`() async throws {
        let (ended, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200,
                body: .stream(length: nil) { writer in
                    defer { gate.yield() }
                    while true { try await writer.write(Self.piece) }
                })
        }) { door async throws in
            let answer = try await door.send()
            #expect(answer.status == 200)
            door.client.close()
            for await _ in ended { break }
        }
    }

    @Test(arguments: [0, 5, 200_000])
    func `HEAD has the head of GET and no body`(length: Int) async throws {
        try await DoorUnderTest.with(service: { request in
            #expect(request.method == .head)
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "audio/wav", "Content-Length": "\(length)", "ETag": "\"1\""])
        }) { door async throws in
            // Twice on one connection: a body that was announced and not sent would spoil the second.
            for _ in 0..<2 {
                let answer = try await door.send(.head, "/api/v1/calls/x/recording")
                #expect(answer.status == 200)
                #expect(answer.headers["content-length"] == "\(length)")
                #expect(answer.headers["etag"] == "\"1\"")
                let bytes = try await answer.body.collect(upTo: 10)
                #expect(bytes.isEmpty)
            }
            #expect(door.client.openConnections(to: door.endpoint) == 1)
        }
    }

    @Test(arguments: [204, 205, 304, 206, 301, 404, 409, 429])
    func `the service's status and fields are the client's`(status: Int) async throws {
        let text = [204, 205, 304].contains(status) ? "" : "text"
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: status,
                headers: [
                    "Content-Range": "bytes 0-3/9", "Set-Cookie": "a=1", "Set-Cookie": "b=2",
                    "X-Switchboard-Tenant": "t",
                    "X-Powered-By": "y",
                ], body: text.isEmpty ? .empty : .bytes(Array(text.utf8)))
        }) { door async throws in
            let answer = try await door.send()
            #expect(answer.status == status)
            #expect(answer.headers.all(named: "set-cookie") == ["a=1", "b=2"])
            #expect(answer.headers["content-range"] == "bytes 0-3/9")
            #expect(answer.headers["x-switchboard-tenant"] == nil)
            #expect(answer.headers["x-powered-by"] == nil)
            let bytes = try await answer.body.collect(upTo: 10)
            #expect(String(decoding: bytes, as: UTF8.self) == text)
        }
    }
}
