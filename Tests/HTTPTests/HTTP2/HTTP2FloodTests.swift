import IO
import TestSupport
import Testing

@testable import HTTP

/// Clients that have the server work for nothing.
@Suite struct HTTP2FloodTests {
    struct Flood: CustomTestStringConvertible, Sendable {
        let name: String
        /// What is sent in the nth place.
        let piece: @Sendable (UInt32) -> [HTTP2Frame]

        var testDescription: String { name }
    }

    private static func frame(_ type: UInt8, _ stream: UInt32 = 0, _ payload: [UInt8] = [], flags: UInt8 = 0)
        -> HTTP2Frame
    {
        HTTP2Frame(type: type, flags: flags, stream: stream, payload: payload)
    }

    private static let floods = [
        Flood(name: "rapid reset") { n in
            [
                frame(HTTP2Frame.Kind.headers, n * 2 + 1, HeaderBlock.get, flags: 5),
                frame(HTTP2Frame.Kind.reset, n * 2 + 1, HTTP2Frame.number(8)),
            ]
        },
        Flood(name: "resets that the server is made to do") { n in
            [
                frame(
                    HTTP2Frame.Kind.headers, n * 2 + 1,
                    HeaderBlock.request("POST", path: "/", [("content-length", "1")]), flags: 4),
                frame(HTTP2Frame.Kind.data, n * 2 + 1, [1, 2]),
            ]
        },
        Flood(name: "malformed requests") { n in
            [frame(HTTP2Frame.Kind.headers, n * 2 + 1, HeaderBlock.request("GET", path: "x"), flags: 5)]
        },
        Flood(name: "pings") { _ in [frame(HTTP2Frame.Kind.ping, 0, [UInt8](repeating: 0, count: 8))] },
        Flood(name: "ping answers") { _ in
            [frame(HTTP2Frame.Kind.ping, 0, [UInt8](repeating: 0, count: 8), flags: 1)]
        },
        Flood(name: "settings") { _ in [frame(HTTP2Frame.Kind.settings)] },
        Flood(name: "priorities") { n in [frame(HTTP2Frame.Kind.priority, n * 2 + 1, [0, 0, 0, 0, 1])] },
        Flood(name: "unknown frames") { _ in [frame(0x42, 0, [1])] },
        Flood(name: "priority updates") { _ in [frame(0x10, 0, [0, 0, 0, 1, 0x75])] },
        Flood(name: "room for the connection") { _ in [frame(HTTP2Frame.Kind.window, 0, HTTP2Frame.number(1))] },
        Flood(name: "empty DATA") { n in
            n == 0
                ? [frame(HTTP2Frame.Kind.headers, 1, HeaderBlock.post, flags: 4)] : [frame(HTTP2Frame.Kind.data, 1)]
        },
        Flood(name: "empty CONTINUATION") { n in
            n == 0 ? [frame(HTTP2Frame.Kind.headers, 1, HeaderBlock.get)] : [frame(HTTP2Frame.Kind.continuation, 1)]
        },
        Flood(name: "CONTINUATION with fields") { n in
            n == 0
                ? [frame(HTTP2Frame.Kind.headers, 1, HeaderBlock.get)]
                : [frame(HTTP2Frame.Kind.continuation, 1, HeaderBlock.encode([("x\(n)", "y")]))]
        },
    ]

    @Test(arguments: floods)
    func `a flood ends its connection and no other`(flood: Flood) async throws {
        try await withServer(.forHTTP2, handler: HTTP2FramingTests.handler) { server in
            let other = try await HTTP2Client.connect(server)
            let client = try await HTTP2Client.connect(server)
            for number in 0..<3000 as Range<UInt32> where !client.isOver {
                for frame in flood.piece(number) { client.send(frame) }
                // Not so fast that there are too many streams at a time, which is another offence.
                if number % 50 == 49, !flood.name.contains("CONTINUATION") { _ = await client.ping() }
            }
            await client.wait { _ in false }
            #expect(client.goAway == 11)
            other.get(1)
            #expect(await other.answer(1).status == 200)
        }
    }

    @Test func `no more handlers run than there may be streams, whatever is taken back`() async throws {
        let (arrived, go) = (Meeting(), Gate())
        try await withServer(
            HTTPServerConfiguration.forTests.withHTTP2 { $0.concurrentStreams = 10 },
            handler: { _ in
                arrived.arrive()
                await go.wait()
                return HTTPResponse(status: 200)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            // The handlers do not heed that they are cancelled.
            for number in 0..<10 as Range<UInt32> { client.get(number * 2 + 1) }
            await arrived.wait(for: 10)
            for number in 0..<10 as Range<UInt32> { client.reset(number * 2 + 1) }
            for number in 10..<20 as Range<UInt32> { client.get(number * 2 + 1) }
            #expect(await client.settle())
            #expect(arrived.count == 10)
            #expect(client.soFar(21).reset == 7)
            go.open()
            #expect(await client.settle())
            client.get(101)
            #expect(await client.answer(101).status == 200)
        }
    }

    @Test func `streams beyond the limit are refused`() async throws {
        let (arrived, go) = (Meeting(), Gate())
        try await withServer(
            HTTPServerConfiguration.forTests.withHTTP2 { $0.concurrentStreams = 10 },
            handler: { _ in
                arrived.arrive()
                await go.wait()
                return HTTPResponse(status: 200)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            for number in 0..<11 as Range<UInt32> { client.get(number * 2 + 1) }
            await arrived.wait(for: 10)
            // RFC 9113, 5.1.2; a client that has agreed to the limit is sent away.
            let code = await client.answer(21).reset ?? client.goAway
            #expect(code == 7 || code == 1)
            #expect(arrived.count == 10)
            go.open()
        }
    }
}

/// Lets all pass once it is open.
///
/// Confined to the loop.
final class Gate: @unchecked Sendable {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    func open() {
        isOpen = true
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }
}
