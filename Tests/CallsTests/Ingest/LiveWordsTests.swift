import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

/// Words of calls that run, from a provider's hook to whoever follows the call, over real sockets.
@Suite(.timeLimit(.minutes(20))) struct LiveWordsTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let started = Timestamp.now().inMilliseconds - .seconds(30)

    private func vapi(_ message: String) -> [UInt8] {
        Array(
            """
            {"message": {\(message), "timestamp": \(Timestamp.now().microseconds / 1_000), "call": {"id": "v-1",
             "type": "inboundPhoneCall", "status": "in-progress", "createdAt": "\(Self.started)",
             "startedAt": "\(Self.started)", "customer": {"number": "+14155550123"}}}}
            """.utf8)
    }

    private func retell(_ event: String, _ status: String, turns: [(String, String)], more: String = "") -> [UInt8] {
        let words = turns.enumerated().map { index, turn in
            """
            {"role": "\(turn.0)", "content": "\(turn.1)",
             "words": [{"word": "x", "start": \(index).5, "end": \(index).9}]}
            """
        }.joined(separator: ",")
        let from = Self.started.microseconds / 1_000
        return Array(
            """
            {"event": "\(event)", "call": {"call_id": "r-1", "call_type": "phone_call", "call_status": "\(status)",
             "direction": "inbound", "from_number": "+14155550123", "to_number": "+14155550199",
             "start_timestamp": \(from), "transcript_object": [\(words)]\(more)}}
            """.utf8)
    }

    @Test func `whoever follows a call of Vapi's sees each word as it is said, and its end`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("vapi")
            let headers: HTTPHeaders = ["X-Vapi-Secret": Self.secret, "Content-Type": "application/json"]
            try await world.listening { door in
                func tell(_ message: String) async throws {
                    let status = try await door.deliver(vapi(message), to: connection, headers: headers)
                    #expect(status == 204)
                    try await world.work(connection)
                }
                try await tell(#""type": "status-update", "status": "in-progress""#)
                let stream = try await door.follow(try await world.call("v-1"))
                try await tell(
                    #""type": "transcript", "role": "user", "transcriptType": "partial", "transcript": "I am""#)
                let first = try await stream.next()
                #expect(first.kind == .partial && first.speaker == .customer && first.text == "I am")
                let row = try await world.rows(of: connection)
                let version = try await world.versions()
                try await tell(
                    #""type": "transcript", "role": "user", "transcriptType": "final", "transcript": "I am furious and angry. My card is 4111 1111 1111 1111""#
                )
                let second = try await stream.next()
                #expect(second.kind == .segment && second.sentimentLabel == .negative)
                #expect(second.text == "I am furious and angry. My card is [redacted]")
                try await tell(
                    #""type": "transcript[transcriptType=\"final\"]", "role": "assistant", "transcript": "I am sorry.""#
                )
                let third = try await stream.next()
                #expect(third.kind == .segment && third.speaker == .agent && third.text == "I am sorry.")
                // Words change nothing of the call, so nobody is told of each.
                #expect(try await world.rows(of: connection) == row)
                #expect(try await world.versions() == version)
                try await tell(#""type": "status-update", "status": "ended", "endedReason": "customer-ended-call""#)
                #expect(try await stream.next().kind == .ended)
                #expect(try await stream.isOver())
                // What comes late is told to nobody.
                try await tell(#""type": "transcript", "role": "user", "transcriptType": "final", "transcript": "Hm.""#)
                #expect(try await world.told("v-1").last?.kind == .ended)
            }
        }
    }

    @Test func `of a transcript that is told whole each time only what is new is passed on`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("retell", credentials: ["api_key": "key_1"])
            try await world.listening { door in
                func tell(_ body: [UInt8]) async throws {
                    let status = try await door.deliver(body, to: connection, headers: HookTests.retell(body))
                    #expect(status == 204)
                    try await world.work(connection)
                }
                try await tell(retell("call_started", "ongoing", turns: []))
                let stream = try await door.follow(try await world.call("r-1"))
                let greeting = ("agent", "Hello, how are you?")
                try await tell(retell("transcript_updated", "ongoing", turns: [greeting]))
                #expect(try await stream.next().kind == .partial)
                let longer = [greeting, ("user", "Very"), ("agent", "Yes?")]
                try await tell(retell("transcript_updated", "ongoing", turns: longer))
                let told = [try await stream.next(), try await stream.next(), try await stream.next()]
                #expect(told.map(\.kind) == [.segment, .segment, .partial])
                #expect(told.map(\.text) == ["Hello, how are you?", "Very", "Yes?"])
                #expect(told.map(\.speaker) == [.agent, .customer, .agent] && told[1].startSeconds == 1.5)
                // The same again, and what was said before, come late.
                let versions = try await world.versions()
                try await tell(retell("transcript_updated", "ongoing", turns: longer))
                try await tell(retell("transcript_updated", "ongoing", turns: [greeting]))
                #expect(try await world.told("r-1").count == 3)
                try await tell(retell("transcript_updated", "ongoing", turns: longer + [("user", "No.")]))
                let more = [try await stream.next(), try await stream.next()]
                #expect(more.map(\.text) == ["Yes?", "No."] && more.map(\.kind) == [.segment, .partial])
                #expect(try await world.versions() == versions)
                try await tell(
                    retell(
                        "call_ended", "ended", turns: longer,
                        more: ", \"end_timestamp\": \(Timestamp.now().microseconds / 1_000)"))
                #expect(try await stream.next().kind == .ended)
            }
        }
    }

    @Test func `a program tells how a call sounds, and history is followed by nobody`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            func tell(_ body: String) async throws {
                let bytes = Array(body.utf8)
                _ = try await world.deliver(bytes, to: connection, headers: try HookTests.signed(bytes))
                try await world.work(connection)
            }
            try await tell(
                """
                {"id": "g-1", "status": "in_progress", "started_at": "\(Self.started)", "from": "+14155550123",
                 "to": "201", "sentiment_score": -0.7, "transcript": [{"speaker": "customer", "text": "No."}]}
                """)
            let told = try await world.told("g-1")
            #expect(told.map(\.kind) == [.partial, .sentiment])
            #expect(told[1].sentimentScore == -0.7 && told[1].sentimentLabel == .negative)
            let old = Timestamp.now() - .seconds(200_000)
            try await tell(
                """
                {"id": "g-2", "status": "in_progress", "started_at": "\(old)", "from": "+14155550123", "to": "201",
                 "sentiment_score": 1, "transcript": [{"text": "Long ago."}]}
                """)
            #expect(try await world.told("g-2").isEmpty)
        }
    }
}

extension IngestWorld {
    func call(_ externalID: String) async throws -> CallID {
        try #require(
            try await database.tenant(tenant).first(
                "SELECT id FROM calls WHERE tenant_id = \(tenant) AND external_id = \(externalID)"
            ) { row in try row.next(CallID.self) })
    }

    /// What lies in the table of live words.
    func told(_ externalID: String) async throws -> [CallsAPI.LiveUpdate] {
        try await LiveStore(database: database).read(
            of: try await call(externalID), after: 0, limit: 100, in: tenant
        ).map { try $0.document.decode(CallsAPI.LiveUpdate.self) }
    }

    /// The routes on a real listener.
    func listening(_ body: (Door) async throws -> Void) async throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
            handler: handler)
        try server.start()
        let client = InternalHTTPClient(loop: loop)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Door(world: self, client: client, port: socket.port)))
        } catch {
            result = .failure(error)
        }
        client.close()
        await server.drain(within: .seconds(5))
        try result.get()
    }

    /// The way in through a socket.
    struct Door {
        let world: IngestWorld
        let client: InternalHTTPClient
        let port: Int

        /// Brings a hook as the gateway's inbox does.
        func deliver(
            _ body: [UInt8], to connection: InternalAPI.Connection, rest: String = "", headers: HTTPHeaders
        ) async throws -> Int {
            let target = "/hooks/calls/\(connection.provider)/\(connection.id)\(rest)"
            var made = try world.trust.request(.post, target, as: .anonymous, headers: headers)
            made.headers.set("X-Switchboard-Scheme", "https")
            made.headers.set("X-Switchboard-Host", IngestWorld.host)
            made.headers.set("X-Switchboard-Hook-Id", HookID.make().jsonText)
            made.headers.set("X-Switchboard-Hook-Received-At", Timestamp.now().jsonText)
            let answer = try await client.send(
                HTTPClientRequest(method: .post, target: target, headers: made.headers, body: .bytes(body)),
                to: HTTPEndpoint(host: "127.0.0.1", port: port), deadline: .seconds(60))
            _ = try await answer.body.collect(upTo: 1 << 20)
            return answer.status
        }

        /// Listens to a call, and comes back as a browser does when the stream ends.
        func follow(_ call: CallID) async throws -> SpokenStream {
            let target = "/api/v1/calls/\(call)/live"
            let stream = SpokenStream { last in
                let headers: HTTPHeaders = last.map { ["Last-Event-ID": $0] } ?? [:]
                let made = try world.trust.request(.get, target, as: .user(.owner), headers: headers)
                let answer = try await client.send(
                    HTTPClientRequest(method: .get, target: target, headers: made.headers, body: .empty),
                    to: HTTPEndpoint(host: "127.0.0.1", port: port), deadline: .seconds(300))
                #expect(answer.status == 200)
                return answer.body
            }
            try await stream.open()
            return stream
        }
    }
}

/// Reads server-sent events as they come; confined to the test's loop.
final class SpokenStream: @unchecked Sendable {
    private let connect: (_ last: String?) async throws -> HTTPBody
    private var body: HTTPBody?
    private var last: String?
    private var bytes: [UInt8] = []

    init(_ connect: @escaping (_ last: String?) async throws -> HTTPBody) { self.connect = connect }

    func open() async throws {
        bytes = []
        body = try await connect(last)
    }

    /// The next event; comments are passed over.
    func next() async throws -> CallsAPI.LiveUpdate {
        while true {
            while let end = bytes.firstRange(of: [10, 10]) {
                let block = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                bytes.removeSubrange(..<end.upperBound)
                let lines = block.split(separator: "\n")
                guard let data = lines.first(where: { $0.hasPrefix("data: ") }) else { continue }
                last = lines.first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
                return try JSON.decode(CallsAPI.LiveUpdate.self, from: Array(data.dropFirst(6).utf8))
            }
            if let more = try await body?.next() { bytes += more } else { try await open() }
        }
    }

    /// Whether nothing more comes before the server ends the stream.
    func isOver() async throws -> Bool {
        while let more = try await body?.next() { bytes += more }
        return bytes.firstRange(of: Array("data: ".utf8)) == nil
    }
}
