import Glibc
import IO
import TestSupport
import Testing

@testable import HTTP

/// Where the oracle is to be found.
private enum Oracle {
    static let interpreter: String? = getenv("HTTP_ORACLE_PYTHON").map { String(cString: $0) }
}

/// Compares with llhttp, the parser of Node.js, as an oracle: whatever it refuses must be refused here.
///
/// llhttp is reached through Python's `httptools`; `HTTP_ORACLE_PYTHON` names an interpreter that has it. Without one
/// the tests are skipped.
@Suite(.enabled(if: Oracle.interpreter != nil, "needs HTTP_ORACLE_PYTHON with httptools"))
struct DifferentialTests {
    /// Reads one message per line in hexadecimal and answers each with what llhttp made of it.
    private static let script = """
        import sys, httptools
        class Taken:
            def __init__(self): self.count = 0
            def on_message_complete(self): self.count += 1
        for line in open(sys.argv[1]):
            kind, text = line.split()
            taken = Taken()
            make = httptools.HttpRequestParser if kind == 'request' else httptools.HttpResponseParser
            parser = make(taken)
            try:
                parser.feed_data(bytes.fromhex(text))
                print('taken' if taken.count else 'incomplete')
            except httptools.HttpParserUpgrade:
                print('upgrade')
            except httptools.HttpParserError:
                print('refused')
        """

    private static func judge(_ messages: [[UInt8]], kind: String) async throws -> [String] {
        guard let interpreter = Oracle.interpreter else { return [] }
        let script = Self.script
        let digits = Array("0123456789abcdef".utf8)
        var input = ""
        for message in messages {
            input += "\(kind) "
            input += String(decoding: message.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
            input += "\n"
        }
        let path = "/tmp/http-oracle-\(getpid())-\(kind)"
        guard let file = fopen(path, "w") else { throw IOError.lastError("fopen") }
        defer { unlink(path) }
        fputs(input, file)
        fclose(file)
        return try await withLoop { loop in
            let child = try ChildProcess(loop: loop, .init(interpreter, ["-c", script, path]))
            child.finishInput()
            var output: [UInt8] = []
            while let bytes = await child.nextOutput() { output += bytes }
            let status = await child.wait()
            guard status == .exited(0) else {
                Issue.record("the oracle failed: \(String(decoding: child.errorTail, as: UTF8.self))")
                return []
            }
            return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    private static func fuzzed(_ samples: [[UInt8]], count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in
            var input = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...Int(random.next() % 3) { random.mutate(&input, with: samples) }
            return input
        }.filter { !$0.isEmpty }
    }

    @Test func `no request that llhttp refuses is taken`() async throws {
        let samples = RequestCases.all.map(\.bytes)
        let messages = samples + Self.fuzzed(samples.filter { $0.count < 300 }, count: 20_000, seed: 7)
        let verdicts = try await Self.judge(messages, kind: "request")
        #expect(verdicts.count == messages.count)
        var refused = 0
        for (message, verdict) in zip(messages, verdicts) where verdict == "refused" {
            refused += 1
            if case .taken = MessageReader.read(message) {
                Issue.record("llhttp refuses \(String(decoding: message, as: UTF8.self).debugDescription)")
            }
        }
        #expect(refused > 1000)
    }

    @Test func `no response head that llhttp refuses is taken`() async throws {
        let samples = [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.0 404 Nope\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: close\r\n\r\n",
        ].map { Array($0.utf8) }
        let messages = Self.fuzzed(samples, count: 10_000, seed: 8)
        // llhttp reads the body too; without its bytes what it refuses is the head.
        let heads = messages.map { message in
            var parser = ResponseParser(requestMethod: .get)
            guard case .head(_, let length) = parser.parse(message.span) else { return message }
            return Array(message[..<length])
        }
        let verdicts = try await Self.judge(heads, kind: "response")
        #expect(verdicts.count == heads.count)
        for (head, verdict) in zip(heads, verdicts) where verdict == "refused" {
            var parser = ResponseParser(requestMethod: .get)
            if case .head = parser.parse(head.span) {
                Issue.record("llhttp refuses \(String(decoding: head, as: UTF8.self).debugDescription)")
            }
        }
    }
}
