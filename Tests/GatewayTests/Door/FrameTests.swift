import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import Testing

@testable import Gateway

/// Frames of RFC 6455 through the door: what a client sends reaches the service as it is, and what the service makes of it the client.
@Suite(.timeLimit(.minutes(20))) struct FrameTests {
    /// A client's frames, and what comes back for them: bytes of the service's frames.
    struct Case: Sendable {
        let section: String
        let sent: [UInt8]
        let answer: [UInt8]
    }

    /// A frame of the client, whose mask is one of four different bytes.
    private static func frame(
        _ first: UInt8, _ payload: [UInt8], mask: [UInt8]? = [0x37, 0xfa, 0x21, 0x3d], length: [UInt8]? = nil
    ) -> [UInt8] {
        var size: [UInt8]
        switch payload.count {
        case ...125: size = [UInt8(payload.count)]
        case ...65_535: size = [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: size = [127, 0, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(payload.count >> $0 & 255) }
        }
        if let length { size = length }
        guard let mask else { return [first] + size + payload }
        size[0] |= 0x80
        return [first] + size + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    /// A frame of the service.
    private static func said(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] { frame(first, payload, mask: nil) }

    private static func closed(_ code: UInt16) -> [UInt8] {
        said(0x88, [UInt8(code >> 8), UInt8(code & 255)])
    }

    private static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + Array(reason.utf8))
    }

    private static let hello = Array("Hello".utf8)
    private static let long = [UInt8](repeating: 0x78, count: 125)
    private static let longer = [UInt8](repeating: 0x79, count: 126)
    private static let longest = [UInt8](repeating: 0x7a, count: 65_536)

    private static let goodCases: [Case] = [
        Case(section: "5.6 text", sent: frame(0x81, hello), answer: said(0x81, hello)),
        Case(section: "5.6 no text", sent: frame(0x81, []), answer: said(0x81, [])),
        Case(section: "5.6 binary", sent: frame(0x82, [0, 255]), answer: said(0x82, [0, 255])),
        Case(section: "5.2 seven bits", sent: frame(0x82, long), answer: said(0x82, long)),
        Case(section: "5.2 sixteen bits", sent: frame(0x82, longer), answer: said(0x82, longer)),
        Case(section: "5.2 sixty-four bits", sent: frame(0x82, longest), answer: said(0x82, longest)),
        Case(
            section: "5.4 fragments", sent: frame(0x01, [0x48]) + frame(0, [0x65]) + frame(0x80, [0x6c, 0x6c, 0x6f]),
            answer: said(0x81, hello)),
        Case(
            section: "5.4 a ping between fragments",
            sent: frame(0x01, [0x48, 0x65]) + frame(0x89, [1, 2]) + frame(0x80, [0x6c, 0x6c, 0x6f]),
            answer: said(0x8a, [1, 2]) + said(0x81, hello)),
        Case(section: "5.5.2 a ping", sent: frame(0x89, long), answer: said(0x8a, long)),
        Case(
            section: "5.5.3 an unasked pong", sent: frame(0x8a, [1]) + frame(0x81, [0x61]), answer: said(0x81, [0x61])),
        Case(section: "5.3 a mask of zeros", sent: frame(0x81, hello, mask: [0, 0, 0, 0]), answer: said(0x81, hello)),
        Case(
            section: "5.6 a character over two fragments", sent: frame(0x01, [0xc3]) + frame(0x80, [0xa9]),
            answer: said(0x81, [0xc3, 0xa9])),
    ]

    private static let closingCases: [Case] = [
        Case(section: "5.5.1 a close", sent: close(1000, "bye"), answer: closed(1000)),
        Case(section: "5.5.1 a close without a code", sent: frame(0x88, []), answer: said(0x88, [])),
        Case(section: "7.4.2 a code of an application", sent: close(4999), answer: closed(4999)),
        Case(section: "7.4.1 a code that must not be sent", sent: close(1005), answer: closed(1002)),
        Case(section: "7.4.2 a code below all", sent: close(999), answer: closed(1002)),
        Case(section: "5.5.1 half a code", sent: frame(0x88, [3]), answer: closed(1002)),
        Case(section: "5.5.1 a reason that is no UTF-8", sent: frame(0x88, [3, 0xe8, 0xff]), answer: closed(1007)),
        Case(section: "5.1 no mask", sent: frame(0x81, hello, mask: nil), answer: closed(1002)),
        Case(section: "5.2 RSV1", sent: frame(0xc1, hello), answer: closed(1002)),
        Case(section: "5.2 RSV2", sent: frame(0xa1, hello), answer: closed(1002)),
        Case(section: "5.2 RSV3", sent: frame(0x91, hello), answer: closed(1002)),
        Case(section: "5.2 opcode 3", sent: frame(0x83, []), answer: closed(1002)),
        Case(section: "5.2 opcode 11", sent: frame(0x8b, []), answer: closed(1002)),
        Case(
            section: "5.2 a length in more bytes", sent: frame(0x82, hello, length: [126, 0, 5]), answer: closed(1002)),
        Case(
            section: "5.2 the highest bit of a length",
            sent: frame(0x82, hello, length: [127, 128, 0, 0, 0, 0, 0, 0, 5]),
            answer: closed(1002)),
        Case(section: "5.5 a ping in fragments", sent: frame(0x09, [1]), answer: closed(1002)),
        Case(section: "5.5 a ping of 126 bytes", sent: frame(0x89, longer), answer: closed(1002)),
        Case(section: "5.4 a fragment of nothing", sent: frame(0x80, hello), answer: closed(1002)),
        Case(
            section: "5.4 a message in a message", sent: frame(0x01, hello) + frame(0x81, hello), answer: closed(1002)),
        Case(section: "8.1 no UTF-8", sent: frame(0x81, [0x61, 0xff]), answer: closed(1007)),
        Case(section: "8.1 a surrogate", sent: frame(0x81, [0xed, 0xa0, 0x80]), answer: closed(1007)),
        Case(section: "8.1 half a character", sent: frame(0x81, [0xe2, 0x82]), answer: closed(1007)),
        Case(
            section: "10.4 larger than is taken", sent: frame(0x82, [], length: [127, 0, 0, 0, 0, 0x7f, 0, 0, 0]),
            answer: closed(1009)),
    ]

    private static let echo: HTTPHandler = { request in
        WebSocketHandshake.answer(request) { session in
            for try await message in session { try session.send(message) }
        }
    }

    private func open(_ door: DoorUnderTest) async throws -> (HTTPBody, HTTPBodyWriter) {
        let answer = try await door.upgrade("/api/v1/realtime", ["Sec-WebSocket-Version": "13"])
        #expect(answer.status == 101)
        return (answer.body, try #require(answer.writer))
    }

    /// Sends bytes in pieces of so many at a time, as far as the other end takes them.
    private func send(_ bytes: [UInt8], by size: Int, to writer: HTTPBodyWriter) async throws {
        for at in stride(from: 0, to: bytes.count, by: size) {
            try await writer.write(Array(bytes[at..<min(at + size, bytes.count)]))
        }
    }

    @Test func `messages come back, whole or in single bytes`() async throws {
        try await DoorUnderTest.with(service: Self.echo) { door in
            // Opened as fast as the machine lets it.
            door.learn(plan: .seed(for: .enterprise))
            for one in Self.goodCases {
                for size in [1 << 20, 1] where size > 1 || one.sent.count < 1000 {
                    let (body, writer) = try await open(door)
                    try await send(one.sent + Self.close(1000), by: size, to: writer)
                    let wanted = one.answer + Self.closed(1000)
                    let got = try await body.collect(upTo: wanted.count + 100)
                    let isSame = got == wanted
                    #expect(isSame, "\(one.section): \(got.prefix(40))")
                    writer.finish()
                }
            }
        }
    }

    @Test(arguments: [1 << 20, 1])
    func `what breaks the rules is closed with its code, and then nothing more comes`(size: Int) async throws {
        try await DoorUnderTest.with(service: Self.echo) { door in
            // Opened as fast as the machine lets it.
            door.learn(plan: .seed(for: .enterprise))
            for one in Self.closingCases {
                let (body, writer) = try await open(door)
                do { try await send(one.sent, by: size, to: writer) } catch is HTTPBodyError {
                    // It was over before all had left.
                }
                var got: [UInt8] = []
                while got.count < one.answer.count, let piece = try await body.next() { got += piece }
                #expect(got == one.answer, "\(one.section): \(got)")
                // The client answers the close, and the service ends the connection.
                do { try await writer.write(Self.close(1000)) } catch is HTTPBodyError {}
                writer.finish()
                do {
                    let end = try await body.next()
                    #expect(end == nil, "\(one.section)")
                } catch is HTTPBodyError {
                    // Reset, since the service does not read what follows.
                }
            }
        }
    }
}
