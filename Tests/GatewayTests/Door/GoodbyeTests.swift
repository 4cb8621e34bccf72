import HTTP
import HTTPClient
import IO
import Telemetry
import Testing

@testable import Gateway

/// How WebSockets end when the gateway stops.
@Suite(.timeLimit(.minutes(20))) struct GoodbyeTests {
    private static let goingAway: [UInt8] = [0x88, 0x02, 0x03, 0xe9]
    /// The same from a client, with a mask of zeros.
    private static let answer: [UInt8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]

    private static func service(
        _ run: @escaping @Sendable (HTTPBody, HTTPBodyWriter) async throws -> Void
    ) -> HTTPHandler {
        { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""], body: .upgraded(run))
        }
    }

    private func read(_ count: Int, from body: HTTPBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let piece = try await body.next() { bytes += piece }
        return bytes
    }

    @Test func `the client is told between two frames, and its answer reaches the service`() async throws {
        let (go, gate) = AsyncStream<Void>.makeStream()
        let (heard, telling) = AsyncStream<[UInt8]>.makeStream()
        try await DoorUnderTest.with(
            service: Self.service { input, output in
                try await output.write([0x81, 0x01, 0x61, 0x81, 0x05, 0x68, 0x65])
                for await _ in go { break }
                // The rest of the frame, and one that comes too late.
                try await output.write([0x6c, 0x6c, 0x6f, 0x81, 0x01, 0x62])
                var all: [UInt8] = []
                while all.count < Self.answer.count, let piece = try await input.next() { all += piece }
                telling.yield(all)
                telling.finish()
            }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            let begun = try await read(7, from: answer.body)
            #expect(begun == [0x81, 0x01, 0x61, 0x81, 0x05, 0x68, 0x65])
            let draining = door.loop.spawn { await door.server.drain(within: .seconds(30)) }
            // Whether the stop has come before or not, the frame is ended first.
            gate.yield()
            let rest = try await read(7, from: answer.body)
            #expect(rest.starts(with: [0x6c, 0x6c, 0x6f]))
            var tail = Array(rest.dropFirst(3))
            while !tail.suffix(4).elementsEqual(Self.goingAway), let piece = try await answer.body.next() {
                tail += piece
            }
            #expect(tail == Self.goingAway || tail == [0x81, 0x01, 0x62] + Self.goingAway)
            let writer = try #require(answer.writer)
            try await writer.write(Self.answer)
            var told: [UInt8]?
            for await bytes in heard { told = bytes }
            #expect(told == Self.answer)
            // The service has ended, so there is nothing left to wait for.
            let end = try await answer.body.next()
            #expect(end == nil)
            writer.finish()
            await draining.value
        }
    }

    @Test func `a silent service's client is told at once`() async throws {
        try await DoorUnderTest.with(
            service: Self.service { input, _ in while try await input.next() != nil {} }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            let draining = door.loop.spawn { await door.server.drain(within: .seconds(30)) }
            let told = try await read(4, from: answer.body)
            #expect(told == Self.goingAway)
            let writer = try #require(answer.writer)
            try await writer.write(Self.answer)
            writer.finish()
            await draining.value
        }
    }

    @Test func `the place between two frames is found wherever the bytes are cut`() {
        let frames: [[UInt8]] = [
            [0x81, 0x00], [0x81, 0x02, 1, 2], [0x82, 126, 0, 130] + [UInt8](repeating: 7, count: 130),
            [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 1] + [UInt8](repeating: 0x88, count: 65_537),
            [0x81, 0x83, 9, 9, 9, 9, 1, 2, 3], [0x89, 0x00],
        ]
        let all = frames.flatMap { $0 }
        var ends: Set<Int> = [0]
        for frame in frames { ends.insert((ends.max() ?? 0) + frame.count) }
        // Around all heads, and now and then in the payloads.
        let cuts = (0...all.count).filter { cut in cut % 997 == 0 || ends.contains { abs($0 - cut) < 16 } }
        for cut in cuts {
            var boundaries = FrameBoundaries()
            #expect(boundaries.pass(Array(all[..<cut])) == cut)
            #expect(boundaries.isBetween == ends.contains(cut), "\(cut)")
            let next = ends.filter { $0 >= cut }.min() ?? cut
            let count = boundaries.pass(Array(all[cut...]), stops: true)
            #expect(count == next - cut && boundaries.isBetween, "\(cut)")
        }
    }
}
