import Foundation
import HTTP
import IO
import JSON
import Models
import Telemetry
import TestSupport
import Testing

@testable import Calls

/// The collector as it is installed: a program of its own, against a listener that a test scripts.
@Suite(.timeLimit(.minutes(10)), .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
struct CollectorTests {
    /// What stands behind the collector's address; confined to the test's loop.
    private final class Suite: @unchecked Sendable {
        struct Delivery {
            var batch: String
            var body: String
        }

        private(set) var deliveries: [Delivery] = []
        private(set) var uploads: [String: Int] = [:]
        private(set) var wrong: [String] = []
        /// Given in the place of the next answers.
        var faults: [HTTPResponse] = []
        private let socket: ListeningSocket
        private var server: HTTPServer?

        var port: Int { socket.port }

        init(_ loop: EventLoop) throws {
            socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: loop, socket: socket, logger: Logger(service: "fake", level: .error), metrics: Metrics()
            ) { [unowned self] request in await answer(request) }
            try server.start()
            self.server = server
        }

        func stop() async { await server?.drain(within: .seconds(1)) }

        private func answer(_ request: HTTPRequest) async -> HTTPResponse {
            let body: [UInt8]
            do { body = try await request.body.collect(upTo: 1 << 20) } catch { return HTTPResponse(status: 400) }
            if !faults.isEmpty { return faults.removeFirst() }
            let authorization = request.headers["authorization"]
            if request.method == .put {
                if authorization != "Bearer sbk_test_key" { wrong.append("key") }
                uploads[request.target, default: 0] += 1
                return HTTPResponse(status: 202)
            }
            if authorization != "Bearer whsec_test" { wrong.append("secret") }
            if request.path != "/hooks/calls/freepbx/c1/records" { wrong.append(request.path) }
            deliveries.append(
                Delivery(batch: request.headers["webhook-id"] ?? "", body: String(decoding: body, as: UTF8.self)))
            return HTTPResponse(status: 202)
        }

        /// The lines of all deliveries, each batch counted once as the gateway does.
        var lines: [String] {
            var seen: Set<String> = []
            return deliveries.filter { seen.insert($0.batch).inserted }.flatMap {
                $0.body.split(separator: "\n").map(String.init)
            }
        }
    }

    private struct Place {
        let folder: String
        var records: String { folder + "/Master.csv" }
        var recordings: String { folder + "/monitor" }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try FileManager.default.createDirectory(
                atPath: folder + "/monitor/2026/01/01", withIntermediateDirectories: true)
        }

        func append(_ text: String) throws {
            guard let file = FileHandle(forWritingAtPath: records) else {
                return try Data(text.utf8).write(to: URL(fileURLWithPath: records))
            }
            try file.seekToEnd()
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        }

        func configure(_ port: Int, _ source: String = "") throws {
            let source = source.isEmpty ? #"{"type": "file", "path": "\#(records)"}"# : source
            let text = """
                {"hook_url": "http://127.0.0.1:\(port)/hooks/calls/freepbx/c1", "secret": "whsec_test",
                "api_key": "sbk_test_key", "sources": [\(source)],
                "recordings": [{"folder": "\(recordings)", "settle_seconds": 0}]}
                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/collector.json"))
        }
    }

    private func collect(_ place: Place, _ loop: EventLoop) async throws -> ChildProcess.Termination {
        let program = LocalRecogniser.checkout + "/collector/switchboard-collector.py"
        let child = try ChildProcess(
            loop: loop, .init("/usr/bin/python3", ["-B", program, place.folder + "/collector.json", "--once"]))
        while await child.nextOutput() != nil {}
        return await child.wait()
    }

    private func with(_ body: @escaping @Sendable (Suite, Place, EventLoop) async throws -> Void) async throws {
        try await withLoop { loop in
            let suite = try Suite(loop)
            let place = try Place()
            let result: Result<Void, any Error>
            do { result = .success(try await body(suite, place, loop)) } catch { result = .failure(error) }
            await suite.stop()
            try FileManager.default.removeItem(atPath: place.folder)
            try result.get()
        }
    }

    @Test func `each record arrives once, over outages, half lines and a rotated file`() async throws {
        try await with { suite, place, loop in
            try place.configure(suite.port)
            try place.append("one\ntwo\nthr")
            suite.faults = [HTTPResponse(status: 503)]
            // The suite is down: nothing arrives, and nothing is lost.
            #expect(try await collect(place, loop) == .exited(1))
            #expect(suite.lines.isEmpty)
            #expect(try await collect(place, loop) == .exited(0))
            #expect(suite.lines == ["one", "two"])
            try place.append("ee\n")
            #expect(try await collect(place, loop) == .exited(0))
            // Rotated with a line that nobody had read yet.
            try place.append("four\n")
            try FileManager.default.moveItem(atPath: place.records, toPath: place.records + ".1")
            try place.append("five\n")
            #expect(try await collect(place, loop) == .exited(0))
            #expect(try await collect(place, loop) == .exited(0))
            #expect(suite.lines == ["one", "two", "three", "four", "five"])
            #expect(suite.wrong.isEmpty)
        }
    }

    @Test func `many records come in batches of bounded size, and a batch too large is cut`() async throws {
        try await with { suite, place, loop in
            try place.configure(suite.port)
            let lines = (0..<450).map { "record \($0)" }
            try place.append(lines.joined(separator: "\n") + "\n")
            suite.faults = [HTTPResponse(status: 413)]
            while try await collect(place, loop) != .exited(0) {}
            #expect(suite.lines == lines && suite.deliveries.count > 2)
        }
    }

    @Test func `a recording is handed in once its call is known, and once alone`() async throws {
        try await with { suite, place, loop in
            try place.configure(suite.port)
            try Data(Tones.wav(seconds: 0.1)).write(
                to: URL(fileURLWithPath: place.recordings + "/2026/01/01/q-600-1.wav"))
            try Data("notes".utf8).write(to: URL(fileURLWithPath: place.recordings + "/notes.txt"))
            #expect(try await collect(place, loop) == .exited(0))
            #expect(try await collect(place, loop) == .exited(0))
            #expect(suite.uploads == ["/api/v1/recordings/c1?name=2026%2F01%2F01%2Fq-600-1.wav": 1])
            #expect(suite.wrong.isEmpty)
        }
    }

    @Test func `a Grandstream PBX is asked, and its recordings are carried over`() async throws {
        try await with { suite, place, loop in
            let ucm = try FakeUCM(loop)
            ucm.add(7, end: .now() - .seconds(120))
            ucm.recordings = ["monitor/2026-01/auto-7.wav": Tones.wav(seconds: 0.1)]
            let address: String = ucm.connection("new").settings["address"] ?? ""
            let source = #"{"type": "ucm", "address": "\#(address)", "user": "cdrapi", "password": "cdr-test"}"#
            try place.configure(suite.port, source)
            #expect(try await collect(place, loop) == .exited(0))
            #expect(try await collect(place, loop) == .exited(0))
            await ucm.stop()
            let body: String = suite.deliveries.first?.body ?? ""
            let found: [CallReport] = try GrandstreamReports(zone: .utc, receivedAt: .now()).read(Array(body.utf8))
                .whole
            #expect(found.map(\.externalID) == ["7"] && suite.deliveries.count == 1)
            #expect(suite.uploads == ["/api/v1/recordings/c1?name=2026-01%2Fauto-7.wav": 1])
        }
    }

    /// Runs the collector as it runs day and night, until everything wanted has arrived.
    private func collect(
        _ place: Place, _ loop: EventLoop, until isThere: (ChildProcess) async throws -> Bool
    ) async throws {
        let program = LocalRecogniser.checkout + "/collector/switchboard-collector.py"
        let child = try ChildProcess(
            loop: loop, .init("/usr/bin/python3", ["-B", program, place.folder + "/collector.json"]))
        let end = ContinuousClock.now + .seconds(120)
        var isDone = false
        do {
            while !isDone, ContinuousClock.now < end {
                try await loop.sleep(for: .milliseconds(50))
                isDone = try await isThere(child)
            }
        } catch {
            child.kill(9)
            _ = await child.wait()
            throw error
        }
        child.kill(15)
        while await child.nextOutput() != nil {}
        #expect(await child.wait() == .exited(0), "\(String(decoding: child.errorTail, as: UTF8.self))")
        #expect(isDone, "\(String(decoding: child.errorTail, as: UTF8.self))")
    }

    @Test func `lines of a phone system arrive once, though it is down, slow, wrong and breaks off`() async throws {
        try await with { suite, place, loop in
            let pbx = try FakeLines(
                loop,
                [
                    // A line that never ends.
                    { peer in
                        for _ in 0..<3 { peer.write(String(repeating: "x", count: 50_000)) }
                    },
                    { peer in
                        peer.write("one\r\ntwo\r\nhal")
                        peer.end()
                    },
                    { peer in
                        for piece in ["thr", "ee", "\r", "\n", "four\r\nthr"] {
                            peer.write(piece)
                            try await loop.sleep(for: .milliseconds(100))
                        }
                        peer.cut()
                    },
                    { peer in peer.write("five\r\n") },
                ])
            try place.configure(
                suite.port,
                #"{"type": "tcp-connect", "host": "127.0.0.1", "port": \#(pbx.port), "every_seconds": 0.1}"#)
            suite.faults = [
                HTTPResponse(status: 429, headers: ["Retry-After": "1"]), HTTPResponse(status: 502),
            ]
            var looks = 0
            try await collect(place, loop) { child in
                // The collector has found nobody there before.
                looks += 1
                let said = String(decoding: child.errorTail, as: UTF8.self)
                if pbx.peers.isEmpty, said.contains("again in") { try pbx.open() }
                return suite.lines.count >= 5
            }
            pbx.close()
            #expect(suite.lines == ["one", "two", "three", "four", "five"] && looks > 0)
            #expect(pbx.peers.count == 4 && suite.wrong.isEmpty)
        }
    }

    @Test func `a phone system that connects by itself is waited for`() async throws {
        try await with { suite, place, loop in
            try place.configure(suite.port, #"{"type": "tcp-listen", "port": 0, "every_seconds": 0.1}"#)
            var peers: [FakeLines.Peer] = []
            var written = 0
            try await collect(place, loop) { child in
                let said = String(decoding: child.errorTail, as: UTF8.self)
                // A new one each time, since every connection is waited for anew.
                let ports = said.split(separator: "\n").compactMap { line in
                    line.contains("listening on port") ? line.split(separator: " ").last.flatMap { Int($0) } : nil
                }
                if let port = ports.last, written == 0 || peers.count == written {
                    guard written < 2, let address = SocketAddress(host: "127.0.0.1", port: port) else {
                        return suite.lines.count == 4
                    }
                    let peer = FakeLines.Peer(
                        try await TCPConnection.connect(to: address, on: loop, deadline: .seconds(10)))
                    peers.append(peer)
                    written += 1
                    peer.write("call \(written)a\r\ncall \(written)b\r\n")
                    peer.end()
                }
                return suite.lines.count == 4
            }
            for peer in peers { peer.cut() }
            #expect(suite.lines == ["call 1a", "call 1b", "call 2a", "call 2b"])
        }
    }

    @Test func `Asterisk's manager tells of calls, and half an event is no record`() async throws {
        func event(_ number: Int) -> String {
            """
            Event: Cdr\r
            Source: 1000\r
            Destination: 15550100002\r
            StartTime: 2026-01-01 12:00:00\r
            EndTime: 2026-01-01 12:01:13\r
            Disposition: ANSWERED\r
            UniqueID: 1767268800.\(number)\r
            \r

            """
        }
        let (first, second, third) = (event(1), event(2), event(3))
        let welcome = "Asterisk Call Manager/5.0.2\r\n"
        let accepted = "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
        try await with { suite, place, loop in
            let pbx = try FakeLines(
                loop,
                [
                    { peer in
                        peer.write(welcome)
                        await peer.hear("\r\n\r\n")
                        peer.write("Response: Error\r\nMessage: Authentication failed\r\n\r\n")
                    },
                    { peer in
                        peer.write(welcome)
                        await peer.hear("\r\n\r\n")
                        peer.write(accepted + "Event: Newchannel\r\nChannel: PJSIP/1000\r\n\r\n" + first)
                        peer.write(String(second.prefix(60)))
                        peer.end()
                    },
                    { peer in
                        peer.write(welcome)
                        await peer.hear("\r\n\r\n")
                        peer.write(accepted)
                        for piece in [second.prefix(25), second.dropFirst(25)] {
                            peer.write(String(piece))
                            try await loop.sleep(for: .milliseconds(100))
                        }
                        peer.write(third)
                    },
                ])
            try pbx.open()
            try place.configure(
                suite.port,
                #"""
                {"type": "asterisk-manager", "host": "127.0.0.1", "port": \#(pbx.port), "user": "cdr",
                 "password": "s3cret", "every_seconds": 0.1}
                """#)
            try await collect(place, loop) { _ in
                suite.deliveries.reduce(0) { $0 + $1.body.components(separatedBy: "UniqueID").count - 1 } >= 3
            }
            pbx.close()
            let told = pbx.peers.map(\.heard)
            #expect(
                told.count == 3
                    && told.allSatisfy { $0.hasPrefix("Action: Login\r\nUsername: cdr\r\nSecret: s3cret\r\n") })
            let reports = try suite.deliveries.flatMap { delivery in
                try AsteriskReports(columns: nil, zone: .utc, receivedAt: .now()).read(Array(delivery.body.utf8)).whole
            }
            #expect(reports.map(\.externalID) == ["1767268800.1", "1767268800.2", "1767268800.3"])
            #expect(reports.allSatisfy { $0.legs.first?.status == .completed })
        }
    }

    @Test(arguments: [
        #"{"hook_url": "http://example.com/hooks/a/b/c", "secret": "s", "sources": [{"type": "file", "path": "x"}]}"#,
        #"{"hook_url": "https://example.com/elsewhere", "secret": "s", "sources": [{"type": "file", "path": "x"}]}"#,
        #"{"hook_url": "https://example.com/hooks/a/b/c", "secret": "s", "sources": [{"type": "pigeon"}]}"#,
        #"{"hook_url": "https://example.com/hooks/a/b/c", "secret": "s"}"#, "{",
    ])
    func `a wrong configuration is refused at once`(_ text: String) async throws {
        try await with { _, place, loop in
            try Data(text.utf8).write(to: URL(fileURLWithPath: place.folder + "/collector.json"))
            #expect(try await collect(place, loop) == .exited(2))
        }
    }
}
