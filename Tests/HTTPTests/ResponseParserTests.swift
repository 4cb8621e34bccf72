import Testing

@testable import HTTP

@Suite struct ResponseParserTests {
    private enum Outcome: Equatable {
        case head(Int, HTTPBodyFraming, keepsAlive: Bool)
        case needMore
        case refused
    }

    private static func read(_ text: String, method: HTTPMethod = .get) -> Outcome {
        let bytes = Array(text.utf8)
        var outcomes: [Outcome] = []
        for pieces in [[bytes.count]] + (0...bytes.count).map({ [$0, bytes.count] }) + [Array(1...bytes.count)] {
            var parser = ResponseParser(requestMethod: method)
            var outcome = Outcome.needMore
            for end in pieces where outcome == .needMore {
                switch parser.parse(Array(bytes[..<end]).span) {
                case .needMore: break
                case .head(let head, _): outcome = .head(head.status, head.framing, keepsAlive: head.keepsAlive)
                case .refused: outcome = .refused
                }
            }
            outcomes.append(outcome)
        }
        #expect(outcomes.allSatisfy { $0 == outcomes[0] }, "\(text) depends on how it arrives")
        return outcomes[0]
    }

    @Test func `the end of a body follows from status, method and fields`() {
        let length = "Content-Length: 5\r\n\r\n"
        let chunked = "Transfer-Encoding: chunked\r\n\r\n"
        #expect(Self.read("HTTP/1.1 200 OK\r\n\(length)") == .head(200, .length(5), keepsAlive: true))
        #expect(Self.read("HTTP/1.1 200 OK\r\n\(chunked)") == .head(200, .chunked, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 200 OK\r\n\r\n") == .head(200, .untilClose, keepsAlive: false))
        #expect(Self.read("HTTP/1.1 200\r\n\(length)") == .head(200, .length(5), keepsAlive: true))
        #expect(Self.read("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n") == .head(200, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 200 OK\r\n\(length)", method: .head) == .head(200, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 200 OK\r\n\(chunked)", method: .head) == .head(200, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 204 No Content\r\n\r\n") == .head(204, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 304 Not Modified\r\n\(length)") == .head(304, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 100 Continue\r\n\r\n") == .head(100, .none, keepsAlive: true))
        #expect(Self.read("HTTP/1.1 101 Switching Protocols\r\n\r\n") == .head(101, .none, keepsAlive: false))
        #expect(Self.read("HTTP/1.1 404 \u{e4}\r\n\(length)") == .head(404, .length(5), keepsAlive: true))
    }

    @Test func `the connection ends when either side's version or options say so`() {
        #expect(
            Self.read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n")
                == .head(200, .length(1), keepsAlive: false))
        #expect(Self.read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n") == .head(200, .length(1), keepsAlive: false))
        #expect(
            Self.read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n")
                == .head(200, .length(1), keepsAlive: true))
    }

    @Test func `what could be understood in two ways is refused`() {
        for head in [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", "HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 1\n\n", "HTTP/1.1 200 O\u{0}K\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
            "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.2 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
        ] {
            #expect(Self.read(head) == .refused, "\(head)")
        }
    }

    @Test func `a head that is too large is refused`() {
        let head = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 33_000))\r\n\r\n"
        var parser = ResponseParser(requestMethod: .get)
        guard case .refused(.headTooLarge) = parser.parse(Array(head.utf8).span) else {
            Issue.record("a head of 33 kB was taken")
            return
        }
    }

    @Test func `interim responses come before the final one`() throws {
        let bytes = Array("HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
        var parser = ResponseParser(requestMethod: .get)
        guard case .head(let interim, let length) = parser.parse(bytes.span) else { throw HTTPRefusal.malformed }
        #expect(interim.isInterim && interim.headers["link"] == "a")
        guard case .head(let final, let rest) = parser.parse(Array(bytes[length...]).span) else {
            throw HTTPRefusal.malformed
        }
        #expect(final.status == 200 && !final.isInterim && final.headers["Link"] == nil)
        #expect(length + rest + 2 == bytes.count)
    }

    @Test func `a body that ends with the connection is everything that comes`() {
        var decoder = BodyDecoder(.untilClose)
        let bytes: [UInt8] = [1, 2, 3]
        #expect(decoder.next(bytes.span, from: 0) == .bytes(0..<3))
        #expect(decoder.next(bytes.span, from: 3) == .needMore)
        #expect(decoder.remaining == nil)
    }
}
