import IO
import TestSupport
import Testing

@testable import HTTP

/// What RFC 9113 has a server do about frames, section by section, and RFC 7541 about header blocks.
@Suite struct HTTP2FramingTests {
    static let handler: HTTPHandler = { request in
        do {
            let body = try await request.body.collect(upTo: 1_000_000)
            return HTTPResponse(status: 200, body: .bytes(Array("\(request.method) \(body.count)".utf8)))
        } catch {
            return HTTPResponse(status: 400, body: .bytes(Array("\(error)".utf8)))
        }
    }

    @Test(arguments: HTTP2Case.table(framing) + HTTP2Case.table(streams) + HTTP2Case.table(frames))
    func `a server does what the RFC says`(probe: HTTP2Case) async throws {
        try await withServer(.forHTTP2, handler: Self.handler) { server in
            let client = try await HTTP2Client.connect(server)
            await probe.send(on: client)
            await probe.judge(client)
        }
    }

    @Test(arguments: HTTP2Case.table(compression))
    func `a header block that cannot be read ends the connection`(probe: HTTP2Case) async throws {
        try await withServer(.forHTTP2, handler: Self.handler) { server in
            let client = try await HTTP2Client.connect(server)
            await probe.send(on: client)
            await probe.judge(client)
        }
    }

    private static let framing = """
        4.1 | a frame of an unknown type is ignored | UNKNOWN 0 x8 | alive
        4.1 | an unknown frame on a stream is ignored | HEADERS+EH 1 post; UNKNOWN 1 x8; DATA+ES 1 x3 | status 1 200
        4.1 | flags that mean nothing are ignored | PING+fe 0 0102030405060708; SETTINGS+fe 0 | alive
        4.1 | the reserved bit of a stream identifier is ignored | WINDOW 80000000 #1 | alive
        4.1 | the reserved bit of a request's identifier is ignored | HEADERS+ES+EH 80000001 get | status 1 200
        4.2 | a frame of the largest size is taken | HEADERS+EH 1 post; DATA+ES 1 x16384 | status 1 200
        4.2 | a DATA frame that is too large | HEADERS+EH 1 post; DATA+ES 1 x16385 | stream 1 FRAME_SIZE
        4.2 | a HEADERS frame that is too large | HEADERS+ES+EH 1 get x16384 | connection FRAME_SIZE
        4.2 | a SETTINGS frame that is too large | SETTINGS 0 x16386 | connection FRAME_SIZE
        4.2 | an unknown frame that is too large | UNKNOWN 0 x16385 | connection FRAME_SIZE
        4.3 | a header block that is no HPACK | HEADERS+ES+EH 1 ffffffffffffffff | connection COMPRESSION
        4.3 | PRIORITY inside a header block | HEADERS+ES 1 get; PRIORITY 1 #0 ff | connection PROTOCOL
        4.3 | a header block of two streams | HEADERS+ES 1 get; HEADERS+ES+EH 3 get | connection PROTOCOL
        4.3 | a continuation of another stream | HEADERS+ES 1 get; CONT+EH 3 trailer | connection PROTOCOL
        5.5 | an unknown frame inside a header block | HEADERS+ES 1 get; UNKNOWN 0 x8; CONT+EH 1 trailer | connection PROTOCOL
        7 | an unknown error code in GOAWAY | GOAWAY 0 #0 #255 | fine
        7 | an unknown error code in RST_STREAM | HEADERS+EH 1 post; RST 1 #255 | alive
        """

    private static let streams = """
        5.1 | DATA on an idle stream | DATA+ES 1 x1 | connection PROTOCOL
        5.1 | RST_STREAM on an idle stream | RST 1 #8 | connection PROTOCOL
        5.1 | WINDOW_UPDATE on an idle stream | WINDOW 1 #1 | connection PROTOCOL
        5.1 | CONTINUATION on an idle stream | CONT+EH 1 get | connection PROTOCOL
        5.1 | PRIORITY on an idle stream | PRIORITY 1 #0 ff | alive
        5.1 | DATA on a half-closed stream | HEADERS+ES+EH 1 get; DATA+ES 1 x1 | stream 1 STREAM_CLOSED
        5.1 | HEADERS on a half-closed stream | HEADERS+ES+EH 1 get; HEADERS+ES+EH 1 get | stream 1 STREAM_CLOSED
        5.1 | CONTINUATION on a half-closed stream | HEADERS+ES+EH 1 get; CONT+EH 1 get | connection STREAM_CLOSED,PROTOCOL
        5.1 | WINDOW_UPDATE on a half-closed stream | HEADERS+ES+EH 1 get; WINDOW 1 #1 | alive
        5.1 | DATA after RST_STREAM | HEADERS+EH 1 post; RST 1 #8; DATA+ES 1 x1 | stream 1 STREAM_CLOSED
        5.1 | HEADERS after RST_STREAM | HEADERS+EH 1 post; RST 1 #8; HEADERS+ES+EH 1 post | stream 1 STREAM_CLOSED
        5.1 | CONTINUATION after RST_STREAM | HEADERS+EH 1 post; RST 1 #8; CONT+EH 1 get | connection STREAM_CLOSED,PROTOCOL
        5.1 | DATA on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; DATA+ES 1 x1 | stream 1 STREAM_CLOSED
        5.1 | HEADERS on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; HEADERS+ES+EH 1 get | connection STREAM_CLOSED
        5.1 | CONTINUATION on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; CONT+EH 1 get | connection STREAM_CLOSED,PROTOCOL
        5.1 | PRIORITY on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; PRIORITY 1 #0 ff | alive
        5.1 | WINDOW_UPDATE on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; WINDOW 1 #1 | alive
        5.1 | RST_STREAM on a closed stream | HEADERS+ES+EH 1 get; answer 1; settle; RST 1 #8 | alive
        5.1 | RST_STREAM twice | HEADERS+EH 1 post; RST 1 #8; RST 1 #8 | alive
        5.1.1 | a request on an even identifier | HEADERS+ES+EH 2 get | connection PROTOCOL
        5.1.1 | an identifier that is smaller than another | HEADERS+ES+EH 5 get; answer 5; HEADERS+ES+EH 3 get | connection PROTOCOL,STREAM_CLOSED
        5.1.1 | a request on stream 0 | HEADERS+ES+EH 0 get | connection PROTOCOL
        5.1.1 | DATA on a stream that was skipped | HEADERS+ES+EH 5 get; answer 5; DATA+ES 3 x1 | stream 3 STREAM_CLOSED,PROTOCOL
        5.1.1 | the largest identifier | HEADERS+ES+EH 7fffffff get | status 2147483647 200
        5.3.1 | HEADERS that depend on their own stream | HEADERS+ES+EH+PRI 1 #1 ff get | stream 1 PROTOCOL
        5.3.1 | PRIORITY that depends on its own stream | HEADERS+EH 1 post; PRIORITY 1 #1 ff | stream 1 PROTOCOL
        5.3.2 | HEADERS with a priority | HEADERS+ES+EH+PRI 1 #0 ff get | status 1 200
        5.4.1 | the connection ends after an error of its own | PING 0 x7 | connection FRAME_SIZE
        8.1 | a second head that does not end the stream | HEADERS+EH 1 post; HEADERS+EH 1 trailer | stream 1 PROTOCOL
        8.1 | trailers | HEADERS+EH 1 post; DATA 1 x3; HEADERS+ES+EH 1 trailer | status 1 200
        8.1 | trailers in two frames | HEADERS+EH 1 post; DATA 1 x3; HEADERS+ES 1 trailer; CONT+EH 1 trailer | status 1 200
        8.1 | trailers with a pseudo field | HEADERS+EH 1 post; DATA 1 x3; HEADERS+ES+EH 1 get | stream 1 PROTOCOL
        8.4 | a push of the client | PUSH+EH 1 #2 get | connection PROTOCOL
        """

    private static let frames = """
        6.1 | DATA on stream 0 | DATA 0 x1 | connection PROTOCOL
        6.1 | DATA whose padding is as long as its payload | HEADERS+EH 1 post; DATA+ES+PAD 1 05 x4 | connection PROTOCOL
        6.1 | DATA with padding | HEADERS+EH 1 post; DATA+ES+PAD 1 05 x9 | status 1 200
        6.1 | DATA of padding alone | HEADERS+EH 1 post; DATA+PAD 1 05 x5; DATA+ES 1 x1 | status 1 200
        6.1 | DATA with padding and no room for its length | HEADERS+EH 1 post; DATA+ES+PAD 1 | connection FRAME_SIZE,PROTOCOL
        6.2 | HEADERS with padding | HEADERS+ES+EH+PAD 1 03 get 000000 | status 1 200
        6.2 | HEADERS whose padding is too long | HEADERS+ES+EH+PAD 1 ff get | connection PROTOCOL
        6.2 | HEADERS with padding and a priority | HEADERS+ES+EH+PAD+PRI 1 03 #0 ff get 000000 | status 1 200
        6.2 | HEADERS too short for a priority | HEADERS+ES+EH+PRI 1 0000 | connection FRAME_SIZE
        6.3 | PRIORITY on stream 0 | PRIORITY 0 #0 ff | connection PROTOCOL
        6.3 | PRIORITY of another size | HEADERS+EH 1 post; PRIORITY 1 #0 | stream 1 FRAME_SIZE
        6.4 | RST_STREAM on stream 0 | RST 0 #8 | connection PROTOCOL
        6.4 | RST_STREAM of another size | HEADERS+EH 1 post; RST 1 %8 | connection FRAME_SIZE
        6.5 | SETTINGS with ACK and a payload | SETTINGS+ACK 0 %3 #9 | connection FRAME_SIZE
        6.5 | SETTINGS on a stream | SETTINGS 1 %3 #9 | connection PROTOCOL
        6.5 | SETTINGS of another size | SETTINGS 0 x5 | connection FRAME_SIZE
        6.5.2 | a push setting that is no flag | SETTINGS 0 %2 #2 | connection PROTOCOL
        6.5.2 | a window that is too large | SETTINGS 0 %4 #2147483648 | connection FLOW_CONTROL
        6.5.2 | a frame size that is too small | SETTINGS 0 %5 #16383 | connection PROTOCOL
        6.5.2 | a frame size that is too large | SETTINGS 0 %5 #16777216 | connection PROTOCOL
        6.5.2 | the largest frame size | SETTINGS 0 %5 #16777215; HEADERS+ES+EH 1 get | status 1 200
        6.5.2 | an unknown setting is ignored | SETTINGS 0 %153 #1; HEADERS+ES+EH 1 get | status 1 200
        6.5.3 | settings are taken in their order | SETTINGS 0 %4 #0 %4 #100; HEADERS+ES+EH 1 get | status 1 200
        6.6 | PUSH_PROMISE on stream 0 | PUSH+EH 0 #2 get | connection PROTOCOL
        6.7 | PING with ACK is not answered | PING+ACK 0 x8 | alive
        6.7 | PING on a stream | PING 1 x8 | connection PROTOCOL
        6.7 | PING of another size | PING 0 x6 | connection FRAME_SIZE
        6.8 | GOAWAY on a stream | GOAWAY 1 #0 #0 | connection PROTOCOL
        6.8 | GOAWAY that is too short | GOAWAY 0 #0 | connection FRAME_SIZE
        6.8 | GOAWAY with a text | GOAWAY 0 #0 #0 x20 | fine
        6.8 | requests go on after GOAWAY | GOAWAY 0 #0 #0; HEADERS+ES+EH 1 get | status 1 200
        6.9 | no more room for the connection | WINDOW 0 #0 | connection PROTOCOL
        6.9 | no more room for a stream | HEADERS+EH 1 post; WINDOW 1 #0 | stream 1 PROTOCOL
        6.9 | WINDOW_UPDATE of another size | WINDOW 0 x3 | connection FRAME_SIZE
        6.9 | WINDOW_UPDATE's reserved bit is ignored | WINDOW 0 80000001 | alive
        6.9.1 | too much room for the connection | WINDOW 0 #2147483647 | connection FLOW_CONTROL
        6.9.1 | too much room for a stream | HEADERS+EH 1 post; WINDOW 1 #2147483647 | stream 1 FLOW_CONTROL
        6.9.2 | too much room by a setting | HEADERS+EH 1 post; WINDOW 1 #2147418112; SETTINGS 0 %4 #2147483647 | connection FLOW_CONTROL
        6.10 | CONTINUATION frames are one head | HEADERS+ES 1 get; CONT 1 trailer; CONT 1 trailer; CONT+EH 1 trailer | status 1 200
        6.10 | an empty CONTINUATION | HEADERS+ES 1 get; CONT 1; CONT+EH 1 | status 1 200
        6.10 | CONTINUATION without HEADERS | CONT+EH 1 get | connection PROTOCOL
        6.10 | CONTINUATION after the head's end | HEADERS+EH 1 post; CONT+EH 1 trailer | connection PROTOCOL
        6.10 | CONTINUATION after DATA | HEADERS+EH 1 post; DATA 1 x1; CONT+EH 1 trailer | connection PROTOCOL
        6.10 | CONTINUATION on stream 0 | HEADERS+ES 1 get; CONT+EH 0 trailer | connection PROTOCOL
        6.10 | DATA instead of CONTINUATION | HEADERS 1 post; DATA 1 x1 | connection PROTOCOL
        """

    private static let compression = """
        7541 2.3.3 | an index beyond the tables | HEADERS+ES+EH 1 get be | connection COMPRESSION
        7541 2.3.3 | a name's index beyond the tables | HEADERS+ES+EH 1 get 7e0161 | connection COMPRESSION
        7541 4.2 | a table's size after a field | HEADERS+ES+EH 1 get 20 | connection COMPRESSION
        7541 4.2 | a table's size before the fields | HEADERS+ES+EH 1 20 get | status 1 200
        7541 5.1 | a number that is too long | HEADERS+ES+EH 1 get 7fffffffffffffffffff01 | connection COMPRESSION
        7541 5.2 | Huffman padding of more than seven bits | HEADERS+ES+EH 1 get 00821fff0161 | connection COMPRESSION
        7541 5.2 | Huffman padding that is not of ones | HEADERS+ES+EH 1 get 0081180161 | connection COMPRESSION
        7541 5.2 | a Huffman string with its end in it | HEADERS+ES+EH 1 get 0084ffffffff0161 | connection COMPRESSION
        7541 5.2 | a string that is longer than its block | HEADERS+ES+EH 1 get 0003616263 05 6162 | connection COMPRESSION
        7541 6.1 | the index 0 | HEADERS+ES+EH 1 get 80 | connection COMPRESSION
        7541 6.3 | a table that is larger than agreed | HEADERS+ES+EH 1 3fe2ff03 get | connection COMPRESSION
        """
}
