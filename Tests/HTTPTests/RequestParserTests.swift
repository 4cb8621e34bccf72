import IO
import Testing

@testable import HTTP

@Suite struct RequestParserTests {
    @Test func `every framing case is taken or refused as it should be, however it is split`() {
        #expect(RequestCases.all.count > 150)
        for entry in RequestCases.all {
            let (outcome, agrees) = MessageReader.readEveryWay(entry.bytes)
            #expect(agrees, "\(entry.text) depends on how it arrives")
            switch outcome {
            case .taken: #expect(entry.expected == "ok", "\(entry.text) was taken")
            case .refused(let status): #expect(String(status) == entry.expected, "\(entry.text)")
            case .incomplete: Issue.record("\(entry.text) is not complete")
            }
        }
    }

    @Test func `requests sent ahead are told apart, with their bodies`() {
        let input = Array(
            """
            POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /\
            POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab\r\n\r\n1;x=y\r\nc\r\n0\r\nX: y\r\n\r\n\
            GET /3 HTTP/1.1\r\nHost: a\r\n\r\n
            """.utf8)
        let (outcome, agrees) = MessageReader.readEveryWay(input)
        #expect(agrees)
        #expect(outcome == .taken(["POST /1 GET /", "POST /2 ab\r\nc", "GET /3"]))
    }

    private func head(_ text: String) throws -> HTTPRequestHead {
        var parser = RequestParser()
        let bytes = Array(text.utf8)
        guard case .head(let head, let length) = parser.parse(bytes.span) else { throw HTTPRefusal.malformed }
        #expect(length == bytes.count)
        return head
    }

    @Test func `fields keep their order and spelling and are found in any case`() throws {
        let head = try head("GET / HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-a:  two words \t\r\nX-B: 3\r\nE:\r\n\r\n")
        #expect(head.headers.map(\.name) == ["Host", "X-B", "x-a", "X-B", "E"])
        #expect(head.headers["x-b"] == "1")
        #expect(head.headers.all(named: "x-B") == ["1", "3"])
        #expect(head.headers["X-A"] == "two words")
        #expect(head.headers["e"] == "")
        #expect(head.headers["missing"] == nil)
    }

    @Test func `path and query come from every form of target`() throws {
        let host = "HTTP/1.1\r\nHost: a.b:81\r\n\r\n"
        for (target, path, query) in [
            ("/", "/", nil), ("/a%2Fb", "/a%2Fb", nil), ("/a?b=c?d", "/a", "b=c?d"), ("/?", "/", ""),
            ("http://a.b:81/x/y?z", "/x/y", "z"), ("HTTPS://A.B:81/x", "/x", nil),
        ] as [(String, String, String?)] {
            let head = try head("GET \(target) \(host)")
            let remote = try #require(SocketAddress(host: "127.0.0.1", port: 1))
            let parsed = HTTPRequest(
                method: head.method, target: head.target, pathStart: head.pathStart, pathEnd: head.pathEnd,
                headers: head.headers, body: .empty, remote: remote)
            #expect(parsed.path == path && parsed.query == query && parsed.target == target)
            let made = HTTPRequest(method: .get, target: target, remote: remote)
            #expect(made.path == path && made.query == query)
        }
    }

    @Test func `the connection persists as version and options say`() throws {
        for (version, options, persists) in [
            ("1.1", "x", true), ("1.1", "close", false), ("1.1", "keep-alive, Close", false),
            ("1.0", "x", false), ("1.0", "Keep-Alive", true), ("1.0", "keep-alive,close", false),
        ] {
            let head = try head("GET / HTTP/\(version)\r\nHost: a\r\nConnection: \(options)\r\n\r\n")
            #expect(head.keepsAlive == persists, "\(version) \(options)")
        }
    }

    @Test func `only a 1-1 request with a body can ask to be told to go on`() throws {
        let expect = "Host: a\r\nExpect: 100-continue\r\n"
        #expect(try head("POST / HTTP/1.1\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
        #expect(try !head("POST / HTTP/1.1\r\n\(expect)\r\n").expectsContinue)
        #expect(try !head("POST / HTTP/1.0\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
    }

    @Test func `random changes never crash the parser or make it depend on how the bytes arrive`() {
        // Seeded, so that a failure can be repeated.
        var random = SplitMix(seed: 20_261_121)
        let samples = RequestCases.all.map(\.bytes).filter { $0.count < 300 }
        var taken = 0
        for round in 0..<6000 {
            var input = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...Int(random.next() % 4) { random.mutate(&input, with: samples) }
            let whole = MessageReader.read(input)
            if case .taken = whole { taken += 1 }
            var cuts = (0..<3).map { _ in Int(random.next() % UInt64(input.count + 1)) }
            cuts.sort()
            let split = MessageReader.read(input, pieces: cuts)
            if case .refused = whole, case .refused = split { continue }
            #expect(whole == split, "round \(round): \(String(decoding: input, as: UTF8.self).debugDescription)")
        }
        #expect(taken > 50, "the changes leave too little to be taken")
    }
}

/// A small generator of random numbers that can be repeated.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    private static let tokens = [
        "\r\n", "\r", "\n", " ", "\t", ":", "0", "chunked", "Content-Length: 1", "Transfer-Encoding: chunked", ",", ";",
        "\0", "\u{7f}", "Host: b\r\n", "HTTP/1.1", "GET ", "5\r\n", "0\r\n\r\n", "Connection: close\r\n",
    ].map { Array($0.utf8) }

    /// Changes, removes or adds a byte, or inserts a meaningful word or a part of another sample.
    mutating func mutate(_ bytes: inout [UInt8], with samples: [[UInt8]]) {
        guard !bytes.isEmpty else { return }
        let at = Int(next() % UInt64(bytes.count))
        switch next() % 5 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: next()), at: at)
        case 3: bytes.insert(contentsOf: Self.tokens[Int(next() % UInt64(Self.tokens.count))], at: at)
        default:
            let other = samples[Int(next() % UInt64(samples.count))]
            let from = Int(next() % UInt64(other.count))
            bytes.replaceSubrange(at..., with: other[from...])
        }
    }
}
