@testable import HTTP

/// Reads whole requests from bytes the way a server does, in pieces of a given size, and says what it understood.
struct MessageReader {
    enum Outcome: Equatable {
        /// Every request as `METHOD target framing body`.
        case taken([String])
        /// The requests before the refused one are not told: a refusal closes the connection.
        case refused(Int)
        case incomplete
    }

    static func read(_ input: [UInt8], pieces: [Int]? = nil, limits: HTTPLimits = HTTPLimits()) -> Outcome {
        var parser = RequestParser(limits: limits)
        var waiting: [UInt8] = []
        var decoder: BodyDecoder?
        var messages: [String] = []
        var body: [UInt8] = []
        var head: HTTPRequestHead?
        var at = 0
        for end in (pieces ?? []) + [input.count] {
            waiting += input[at..<end]
            at = end
            var isHungry = false
            while !isHungry {
                if var current = decoder, let begun = head {
                    switch current.next(waiting.span, from: 0) {
                    case .bytes(let range):
                        body += waiting[range]
                        waiting.removeSubrange(..<range.upperBound)
                        decoder = current
                    case .end(let position):
                        waiting.removeSubrange(..<position)
                        messages.append(describe(begun, body))
                        decoder = nil
                        body = []
                    case .needMore:
                        waiting = []
                        decoder = current
                        isHungry = true
                    case .refused: return .refused(400)
                    }
                } else {
                    switch parser.parse(waiting.span) {
                    case .needMore: isHungry = true
                    case .head(let parsed, let length):
                        waiting.removeSubrange(..<length)
                        head = parsed
                        decoder = BodyDecoder(parsed.framing, limits: limits)
                    case .refused(let refusal): return .refused(refusal.status)
                    }
                }
            }
        }
        return decoder == nil && waiting.isEmpty && !messages.isEmpty ? .taken(messages) : .incomplete
    }

    private static func describe(_ head: HTTPRequestHead, _ body: [UInt8]) -> String {
        let request = "\(head.method) \(head.target)"
        return body.isEmpty ? request : request + " " + String(decoding: body, as: UTF8.self)
    }

    /// The outcome of the whole input, provided that it is the same in two pieces at every place and byte by byte.
    static func readEveryWay(_ input: [UInt8], limits: HTTPLimits = HTTPLimits()) -> (Outcome, agrees: Bool) {
        let whole = read(input, limits: limits)
        func agrees(_ other: Outcome) -> Bool {
            if case .refused = whole, case .refused = other { return true }
            return whole == other
        }
        // A long input is split where it matters, in its first and last parts.
        let places = (0...input.count).filter { $0 < 600 || $0 > input.count - 300 }
        let splits = places.allSatisfy { agrees(read(input, pieces: [$0], limits: limits)) }
        return (whole, splits && agrees(read(input, pieces: Array(0..<input.count), limits: limits)))
    }
}
