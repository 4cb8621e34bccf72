import HTTP
import HTTPClient
import IO
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// A link can carry the sound of a whole call: silenced where it is, for as long as the link is good, and on record.
@Suite(.timeLimit(.minutes(20)), .enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct ShareSoundTests {
    private static let soon = Timestamp.now() + .seconds(3_600)
    private static let tone = Tones.wav(seconds: 6, channels: 2)

    private func recorded(_ server: CallsServer) async throws -> CallID {
        let call = try await server.createCall().id
        #expect(try await server.upload(Self.tone, to: call).status == 202)
        return call
    }

    private func share(
        _ server: CallsServer, _ call: CallID, _ more: String = "", end: Int = 6
    ) async throws -> CallsServer.Answer {
        try await server.json(
            .post, "/api/v1/calls/\(call)/shares",
            """
            {"start_seconds": 0, "end_seconds": \(end), "expires_at": "\(Self.soon)", "includes_audio": true,
            "includes_transcript": false\(more)}
            """)
    }

    /// Opens a link as somebody without an account; the path at which its sound is.
    private func open(_ server: CallsServer, _ share: CallsAPI.Share, _ body: String? = nil) async throws -> String {
        let token = try #require(share.url).split(separator: "/").last.map(String.init) ?? ""
        let answer = try await server.json(.post, "/api/v1/calls/shared/\(token)", body, as: .anonymous)
        #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
        let url = try #require(try answer.decoded(CallsAPI.SharedCall.self).audioURL)
        return "/api/v1" + (url.split(separator: "/api/v1", maxSplits: 1).last ?? "")
    }

    private func play(
        _ server: CallsServer, _ path: String, _ headers: HTTPHeaders = [:], as caller: TestCaller = .anonymous
    ) async throws -> CallsServer.Answer {
        try await server.send(.get, path, as: caller, headers: headers)
    }

    @Test func `the sound of a link is heard by ranges, is on record, and ends with the link`() async throws {
        try await CallsServer.with { server in
            let call = try await recorded(server)
            let made = try await share(server, call, #", "password": "correct horse""#)
            #expect(made.status == 201, "\(String(decoding: made.bytes, as: UTF8.self))")
            let link = try made.decoded(CallsAPI.Share.self)
            let path = try await open(server, link, #"{"password": "correct horse"}"#)
            let part = try await play(server, path, ["Range": "bytes=100-199"])
            #expect(part.status == 206 && part.bytes == Array(Self.tone[100..<200]))
            let whole = try await play(server, path)
            #expect(whole.status == 200 && whole.bytes == Self.tone && whole.headers["X-Robots-Tag"] == "noindex")
            #expect(try await play(server, path, ["Range": "bytes=99999999-"]).status == 416)
            let heard = try await server.send(.get, "/api/v1/calls/\(call)/recording/listens")
                .decoded(Page<CallsAPI.Listen>.self).data
            #expect(heard.map(\.shareID) == [link.id] && heard.first?.userID == nil)
            #expect((heard.first?.toSeconds ?? 0) > 5.9)
            // A ticket is good for its link alone, and a link without one is not.
            let other = try await share(server, call).decoded(CallsAPI.Share.self)
            let second = try await open(server, other)
            let ticket = path.split(separator: "ticket=").last ?? ""
            let mixed = (second.split(separator: "?").first ?? "") + "?ticket=" + ticket
            #expect(try await play(server, String(mixed)).status == 403)
            #expect(
                try await play(server, (second.split(separator: "?").first.map(String.init) ?? "") + "?ticket=x").status
                    == 403)
            #expect(try await play(server, second.split(separator: "?").first.map(String.init) ?? "").status == 400)
            #expect(try await play(server, "/api/v1/calls/shared/nothing/audio?ticket=\(ticket)").status == 404)
            // What was taken back is silent at once.
            #expect(try await server.json(.delete, "/api/v1/calls/\(call)/shares/\(link.id)", nil).status == 204)
            #expect(try await play(server, path).status == 404)
            #expect(try await play(server, second).status == 200)
            try await server.database.tenant(server.tenant).execute(
                "UPDATE call_shares SET expires_at = now() - interval '1 s' WHERE tenant_id = \(server.tenant)")
            #expect(try await play(server, second).status == 404)
        }
    }

    @Test func `what was silenced is silent in links too, and nothing is played until it is`() async throws {
        try await CallsServer.with { server in
            let call = try await recorded(server)
            let link = try await share(server, call).decoded(CallsAPI.Share.self)
            let path = try await open(server, link)
            let silenced = try await server.sendJSON(
                .post, "/api/v1/calls/\(call)/redactions", "{\"start_seconds\": 2, \"end_seconds\": 4}")
            #expect(silenced.status == 201)
            let waiting = try await play(server, path)
            #expect(waiting.status == 503 && waiting.headers["Retry-After"] == "5")
            let workshop = RecordingWorkshop(
                recordings: RecordingStore(database: server.database),
                redactions: RedactionStore(database: server.database), blobs: server.blobs,
                recode: RecodeProcess(executable: try #require(Tool.calls)), slots: ChildSlots(1),
                workFolder: server.scratch.path)
            try await workshop.redact(call, in: server.tenant, loop: server.loop)
            let played = try await play(server, path)
            #expect(played.status == 200 && played.headers["Content-Type"] == "audio/ogg")
            // Nobody gets the original by a link, whoever they are and whatever they ask for.
            #expect(try await play(server, path + "&original=true").status == 400)
            let owner = try await play(server, path, as: .user(.owner))
            #expect(owner.bytes == played.bytes && owner.bytes != Self.tone)
        }
    }

    @Test func `a part of a call, or a call without a recording, has no sound to share`() async throws {
        try await CallsServer.with { server in
            let call = try await recorded(server)
            #expect(try await share(server, call, end: 3).status == 422)
            let silent = try await server.createCall().id
            #expect(try await share(server, silent).status == 422)
            let nothing = try await server.json(
                .post, "/api/v1/calls/\(call)/shares",
                """
                {"start_seconds": 0, "end_seconds": 6, "expires_at": "\(Self.soon)", "includes_transcript": false}
                """)
            #expect(nothing.status == 422)
            let views = try await share(server, call, #", "view_limit": 1"#).decoded(CallsAPI.Share.self)
            let path = try await open(server, views)
            // Hearing it again and again is the one view that opening it was.
            for _ in 0..<3 { #expect(try await play(server, path).status == 200) }
            let token = try #require(views.url).split(separator: "/").last.map(String.init) ?? ""
            #expect(try await server.json(.post, "/api/v1/calls/shared/\(token)", nil, as: .anonymous).status == 404)
        }
    }
}
