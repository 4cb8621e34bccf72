import HTTP
import HTTPClient
import IO
import Telemetry
import TestSupport
import Testing

@testable import Gateway

/// What goes through the door after an upgrade, with ends that stall, stop or vanish.
@Suite(.timeLimit(.minutes(20))) struct RelayTests {
    private static let piece = [UInt8](repeating: 0x61, count: 65_536)
    private static let total = 64 << 20
    /// What the kernel's buffers and ours hold on the way, with room; far below `total`.
    private static let inFlight = 32 << 20

    private static func service(
        _ run: @escaping @Sendable (HTTPBody, HTTPBodyWriter) async throws -> Void
    ) -> HTTPHandler {
        { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""], body: .upgraded(run))
        }
    }

    /// Waits until a number stops changing.
    private static func settle(_ loop: EventLoop, _ number: () -> Int) async throws {
        var (quiet, last) = (0, -1)
        while quiet < 20 {
            quiet = last == number() ? quiet + 1 : 0
            last = number()
            try await loop.sleep(for: .milliseconds(5))
        }
    }

    @Test func `a client that does not read stops the service`() async throws {
        let written = Tally()
        try await DoorUnderTest.with(
            service: Self.service { _, output in
                while written.bytes < Self.total {
                    try await output.write(Self.piece)
                    written.bytes += Self.piece.count
                }
            }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            try await Self.settle(door.loop) { written.bytes }
            #expect(written.bytes < Self.inFlight)
            var received = 0
            while let piece = try await answer.body.next() { received += piece.count }
            #expect(received == Self.total)
        }
    }

    @Test func `a service that does not read stops the client`() async throws {
        let (go, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(
            service: Self.service { input, output in
                for await _ in go { break }
                var received = 0
                while let piece = try await input.next() { received += piece.count }
                try await output.write(Array("\(received)".utf8))
            }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            let writer = try #require(answer.writer)
            let sent = Tally()
            let sending = door.loop.spawn { () async -> Result<Void, any Error> in
                do {
                    while sent.bytes < Self.total {
                        try await writer.write(Self.piece)
                        sent.bytes += Self.piece.count
                    }
                    writer.finish()
                    return .success(())
                } catch { return .failure(error) }
            }
            try await Self.settle(door.loop) { sent.bytes }
            #expect(sent.bytes < Self.inFlight)
            gate.yield()
            try await sending.value.get()
            // The client's direction has ended, and the answer to all of it still comes.
            let text = String(decoding: try await answer.body.collect(upTo: 100), as: UTF8.self)
            #expect(text == "\(Self.total)")
        }
    }

    @Test func `a service that has said all can still be told something`() async throws {
        let (heard, gate) = AsyncStream<String>.makeStream()
        try await DoorUnderTest.with(
            service: Self.service { input, output in
                try await output.write(Array("all".utf8))
                output.finish()
                while let piece = try await input.next() { gate.yield(String(decoding: piece, as: UTF8.self)) }
                gate.finish()
            }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            let all = try await answer.body.collect(upTo: 100)
            #expect(String(decoding: all, as: UTF8.self) == "all")
            let writer = try #require(answer.writer)
            try await writer.write(Array("thanks".utf8))
            for await text in heard {
                #expect(text == "thanks")
                break
            }
            writer.finish()
            for await _ in heard {}
        }
    }

    @Test func `over what nothing goes is closed, and both ends hear of it`() async throws {
        let (ended, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(
            service: Self.service { input, _ in
                defer { gate.yield() }
                while try await input.next() != nil {}
            }
        ) { door in
            var configuration = HTTPServerConfiguration()
            configuration.tunnelIdle = .milliseconds(300)
            configuration.sweepInterval = .milliseconds(20)
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: door.loop, socket: socket, configuration: configuration, logger: door.log.logger(),
                metrics: Metrics()
            ) { await door.door.answer($0) }
            try server.start()
            var request = HTTPClientRequest(
                method: .get, target: "/api/v1/realtime", headers: ["Host": "acme.localhost:8080"])
            request.upgrade = .make()
            let answer = try await door.client.send(
                request, to: HTTPEndpoint(host: "127.0.0.1", port: socket.port), deadline: .seconds(10))
            #expect(answer.status == 101)
            let end = try await answer.body.next()
            #expect(end == nil)
            for await _ in ended { break }
            await server.drain(within: .zero)
        }
    }

    @Test func `a service that vanishes ends the client's connection`() async throws {
        try await DoorUnderTest.with(
            service: Self.service { input, output in
                try await output.write(Array("here".utf8))
                _ = try await input.next()
                throw HTTPBodyError.malformed
            }
        ) { door in
            let answer = try await door.upgrade("/api/v1/realtime")
            let writer = try #require(answer.writer)
            let first = try await answer.body.next()
            #expect(first == Array("here".utf8))
            try await writer.write([1])
            do {
                while try await answer.body.next() != nil {}
                // The service is gone for good: what is written to it sooner or later fails.
                while true { try await writer.write(Self.piece) }
            } catch is HTTPBodyError {}
        }
    }

    @Test func `an event stream may be silent for long, and its end is the client's`() async throws {
        let (ended, gate) = AsyncStream<Void>.makeStream()
        let (more, next) = AsyncStream<Void>.makeStream()
        var configuration = HTTPClientConfiguration()
        configuration.bodyIdleDeadline = .milliseconds(100)
        let bounds = configuration
        try await withLoop { loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let service = HTTPServer(
                loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()
            ) { _ in
                HTTPResponse(
                    status: 200, headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store"],
                    body: .stream(length: nil) { writer in
                        defer { gate.yield() }
                        try await writer.write([])
                        for await _ in more { try await writer.write(Array("data: 1\n\n".utf8)) }
                        // Until the client has gone, which cancels this.
                        try await loop.sleep(for: .seconds(60))
                    })
            }
            try service.start()
            try await DoorUnderTest.with(port: socket.port, on: loop, configuration: bounds) { door in
                var answer: HTTPClientResponse? = try await door.send(
                    .get, "/api/v1/events", ["Accept": "text/event-stream", "Accept-Encoding": "gzip, br"])
                #expect(answer?.headers["cache-control"] == "no-store")
                #expect(answer?.headers["content-encoding"] == nil)
                try await loop.sleep(for: .milliseconds(400))
                next.yield()
                let event = try await answer?.body.next()
                #expect(event.map { String(decoding: $0, as: UTF8.self) } == "data: 1\n\n")
                next.finish()
                answer = nil
                for await _ in ended { break }
            }
            await service.drain(within: .zero)
        }
    }
}

/// Counts bytes; confined to the test's loop.
private final class Tally: @unchecked Sendable {
    var bytes = 0
}
