import Testing

/// One probe: frames to send and what the server must do about them, written as a line of a table.
///
/// `section | name | steps | expectation`. A step is `NAME+FLAGS STREAM PAYLOAD`; the payload's words are `get`, `post`
/// and `trailer` (header blocks), `x9` (nine bytes), `#9` (four bytes of a number), `%9` (two) and hexadecimal bytes;
/// `=9` claims another length than there is. `settle` waits until everything so far has been acted upon, and `answer N`
/// for the end of a stream's answer. Expectations: `connection CODE,CODE`, `stream N CODE,CODE` (a reset or one of the
/// codes for the connection), `status N CODE`, `alive`, `fine`
/// (alive, or closed without a reproach), `closed`.
struct HTTP2Case: CustomTestStringConvertible, Sendable {
    enum Expectation {
        case connection([UInt32])
        case stream(UInt32, [UInt32])
        case status(UInt32, Int)
        case alive
        case fine
        case closed
    }

    let section: String
    let name: String
    let steps: [String]
    let expectation: Expectation

    var testDescription: String { "\(section) \(name)" }

    static func table(_ text: String) -> [HTTP2Case] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { trim($0) }
            guard parts.count == 4, let expectation = expectation(parts[3]) else {
                Issue.record("not a case: \(line)")
                return nil
            }
            return HTTP2Case(
                section: parts[0], name: parts[1], steps: parts[2].split(separator: ";").map { trim($0) },
                expectation: expectation)
        }
    }

    static func trim(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func expectation(_ text: String) -> Expectation? {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("connection", 2): return .connection(codes(words[1]))
        case ("stream", 3): return UInt32(words[1]).map { .stream($0, codes(words[2])) }
        case ("status", 3):
            guard let stream = UInt32(words[1]), let status = Int(words[2]) else { return nil }
            return .status(stream, status)
        case ("alive", 1): return .alive
        case ("fine", 1): return .fine
        case ("closed", 1): return .closed
        default: return nil
        }
    }

    private static let codeNames = [
        "NO_ERROR", "PROTOCOL", "INTERNAL", "FLOW_CONTROL", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE",
        "REFUSED", "CANCEL", "COMPRESSION", "CONNECT", "CALM", "SECURITY", "HTTP_1_1",
    ]

    private static func codes(_ text: String) -> [UInt32] {
        text.split(separator: ",").compactMap { name in
            codeNames.firstIndex(of: String(name)).map { UInt32($0) }
        }
    }

    // Steps.

    private static let types = [
        "DATA", "HEADERS", "PRIORITY", "RST", "SETTINGS", "PUSH", "PING", "GOAWAY", "WINDOW", "CONT", "UNKNOWN",
    ]

    func send(on client: HTTP2Client) async {
        for step in steps {
            let words = step.split(separator: " ").map(String.init)
            switch words[0] {
            case "settle": _ = await client.settle()
            case "answer": _ = await client.answer(UInt32(words[1]) ?? 0)
            case "bytes": client.client.send(words.dropFirst().flatMap { Self.bytes($0) })
            default:
                guard let bytes = Self.frame(words) else {
                    Issue.record("not a step: \(step)")
                    return
                }
                client.client.send(bytes)
            }
        }
    }

    private static func frame(_ words: [String]) -> [UInt8]? {
        let parts = words[0].split(separator: "+").map(String.init)
        guard words.count >= 2, let type = types.firstIndex(of: parts[0]), let stream = UInt32(words[1], radix: 16)
        else { return nil }
        var flags: UInt8 = 0
        for part in parts.dropFirst() {
            switch part {
            case "ES", "ACK": flags |= 1
            case "EH": flags |= 4
            case "PAD": flags |= 8
            case "PRI": flags |= 32
            default: flags |= UInt8(part, radix: 16) ?? 0
            }
        }
        var bytes = HTTP2Frame(
            type: type == 10 ? 0x16 : UInt8(type), flags: flags, stream: stream,
            payload: words.dropFirst(2).filter { !$0.hasPrefix("=") }.flatMap { Self.bytes($0) }
        ).bytes
        if let claim = words.first(where: { $0.hasPrefix("=") }), let length = Int(claim.dropFirst()) {
            bytes.replaceSubrange(0..<3, with: HTTP2Frame.number(UInt32(length)).dropFirst())
        }
        return bytes
    }

    static func bytes(_ word: String) -> [UInt8] {
        switch word.first {
        case "x": return [UInt8](repeating: 0x78, count: Int(word.dropFirst()) ?? 0)
        case "#": return HTTP2Frame.number(UInt32(word.dropFirst()) ?? 0)
        case "%": return Array(HTTP2Frame.number(UInt32(word.dropFirst()) ?? 0).suffix(2))
        default: break
        }
        switch word {
        case "get": return HeaderBlock.get
        case "post": return HeaderBlock.post
        case "trailer": return HeaderBlock.encode([("x-end", "1")])
        case "big": return HeaderBlock.encode([("x-big", String(repeating: "a", count: 16_000))])
        default:
            let digits = Array(word.utf8)
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
            }
        }
    }

    // The verdict.

    func judge(_ client: HTTP2Client) async {
        switch expectation {
        case .connection(let codes):
            _ = await client.settle()
            #expect(client.goAway.map { codes.contains($0) } == true, "GOAWAY \(String(describing: client.goAway))")
            await client.wait { _ in false }
            #expect(client.isOver)
        case .stream(let stream, let codes):
            let lives = await client.settle()
            let code = lives ? client.soFar(stream).reset : client.goAway
            #expect(code.map { codes.contains($0) } == true, "code \(String(describing: code))")
        case .status(let stream, let status):
            let answer = await client.answer(stream)
            #expect(answer.status == status, "reset \(String(describing: answer.reset))")
        case .alive:
            #expect(await client.settle())
            #expect(client.goAway == nil)
            #expect(!client.frames.contains { $0.type == HTTP2Frame.Kind.reset })
        case .fine:
            _ = await client.settle()
            #expect(client.goAway ?? 0 == 0)
        case .closed:
            await client.wait { _ in false }
            #expect(client.isOver)
        }
    }
}
