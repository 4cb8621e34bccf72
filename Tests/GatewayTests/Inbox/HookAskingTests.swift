import HTTP
import HTTPClient
import IO
import Models
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct HookAskingTests {
    private static let voice = "/hooks/calls/twilio/\(InboxUnderTest.connection)/voice"

    @Test func `a hook that asks gets its service's answer, and the service the provider's own request`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            inbox.service.answer = { _ in
                HTTPResponse(
                    status: 200, headers: ["Content-Type": "text/xml"], body: .bytes(Array("<Response/>".utf8)))
            }
            try inbox.service.start()
            let answer = try await inbox.send(
                .post, Self.voice + "?a=%20", ["X-Twilio-Signature": "abc", "Authorization": "Basic eDp5"],
                Array("CallSid=1".utf8))
            #expect(answer.status == 200)
            #expect(try await answer.body.collect(upTo: 100) == Array("<Response/>".utf8))
            let asked = try #require(inbox.service.delivered.first)
            #expect(asked.target == Self.voice + "?a=%20")
            #expect(asked.text == "CallSid=1")
            #expect(asked.headers["authorization"] == "Basic eDp5")
            #expect(asked.headers["x-switchboard-hook-id"] == nil)
            #expect(try await inbox.count("waiting") == 0)
        }
    }

    @Test func `what a service says about the hook itself is passed on`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            inbox.service.answer = { _ in HTTPResponse(status: 403) }
            try inbox.service.start()
            #expect(try await inbox.send(.post, Self.voice).status == 403)
        }
    }

    @Test(arguments: [
        ("calls/twilio", "voice", "<Hangup/>"), ("calls/signalwire", "voice", "<Hangup/>"),
        ("calls/vapi", "assistant-request", "\"error\""), ("calls/vapi", "tool-calls", "\"results\""),
        ("calls/retell", "inbound", "call_inbound"),
    ])
    func `a service that is down, broken or late is stood in for`(
        provider: String, path: String, expected: String
    ) async throws {
        try await InboxUnderTest.with(patience: .milliseconds(200)) { inbox async throws in
            let target = "/hooks/\(provider)/\(InboxUnderTest.connection)/\(path)"
            func ask() async throws {
                let begun = inbox.loop.now
                let answer = try await inbox.send(.post, target, [:], Array("{}".utf8))
                #expect(answer.status == 200)
                let text = String(decoding: try await answer.body.collect(upTo: 1000), as: UTF8.self)
                #expect(text.contains(expected))
                #expect(inbox.loop.now - begun < 5000)
            }
            try await ask()
            inbox.service.answer = { _ in HTTPResponse(status: 500) }
            try inbox.service.start()
            try await ask()
            inbox.service.answer = { _ in
                try await inbox.loop.sleep(for: .seconds(60))
                return HTTPResponse(status: 200)
            }
            try await ask()
            // Half an answer in time is none.
            inbox.service.answer = { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: 10) { writer in
                        try await writer.write([1])
                        try await inbox.loop.sleep(for: .seconds(60))
                    })
            }
            try await ask()
        }
    }

    @Test func `a handshake is answered by its service alone`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let graph = "/hooks/calendar/microsoft-graph/\(InboxUnderTest.connection)?validationToken=a%20b"
            let meta = "/hooks/messaging/meta/\(InboxUnderTest.connection)?hub.mode=subscribe&hub.challenge=1"
            let down = try await inbox.send(.post, graph)
            #expect(down.status == 503)
            #expect(down.headers["retry-after"] != nil)
            inbox.service.answer = { hook in HTTPResponse(status: 200, body: .bytes(Array(hook.method.utf8))) }
            try inbox.service.start()
            let first = try await inbox.send(.post, graph)
            #expect(try await first.body.collect(upTo: 100) == Array("POST".utf8))
            let second = try await inbox.send(.get, meta)
            #expect(try await second.body.collect(upTo: 100) == Array("GET".utf8))
            #expect(inbox.service.delivered.map(\.target) == [graph, meta])
            #expect(try await inbox.count("waiting") == 0)
            // The same addresses tell otherwise.
            #expect(
                try await inbox.send(.post, "/hooks/calendar/microsoft-graph/\(InboxUnderTest.connection)").status
                    == 202)
            #expect(try await inbox.send(.post, "/hooks/messaging/meta/\(InboxUnderTest.connection)").status == 202)
            #expect(try await inbox.count("waiting") == 2)
        }
    }
}
