import BlobStore
import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

/// Whatever changes how calls are treated is told to the audit log, with who did it and what was before.
@Suite(.timeLimit(.minutes(20))) struct DeedTests {
    /// Routes that change something and are not noted: the day's work, which its own rows tell, and what changes nothing.
    private static let everyday: Set<String> = [
        // Calls, their words and their recordings, which have versions, listens and events of their own.
        "create_call", "retry_call_processing", "put_recording", "put_collected_recording", "update_recording",
        "create_upload", "append_upload", "delete_upload", "analyse_call", "transcribe_call", "correct_transcript",
        "create_contest", "answer_contest", "set_call_disposition", "clear_call_disposition", "set_call_tags",
        "tell_call", "copy_recording_again", "retry_failed_calls", "end_redaction", "register_call", "retry_dead_job",
        "discard_dead_job",
        // What people write and keep for themselves.
        "create_call_note", "update_call_note", "delete_call_note", "create_call_comment", "update_call_comment",
        "delete_call_comment", "create_call_view", "update_call_view", "delete_call_view", "create_playlist",
        "update_playlist", "delete_playlist", "add_playlist_item", "put_scorecard", "delete_scorecard",
        // Placing and steering calls: each is a call, and a decision on record.
        "dial_call", "add_call_participant", "update_call_participant", "remove_call_participant", "transfer_call",
        "hang_up_call", "pause_call_recording", "resume_call_recording", "wrap_up_call", "create_calling_token",
        "add_campaign_numbers", "add_campaign_numbers_from_calls", "cancel_dial_entry", "start_dial_session",
        "renew_dial_session", "pause_dial_session", "continue_dial_session", "wrap_up_dial_session",
        "stop_dial_session", "claim_missed_call", "release_missed_call", "close_missed_call", "create_assignment",
        // What only asks.
        "estimate_costs", "check_contact", "create_consent_link", "preview_assignment", "check_connection",
        "test_connection", "replay_hooks", "open_share",
        // What providers tell.
        "take_provider_hook_0", "take_provider_hook_1", "take_provider_hook_2", "ask_twilio_voice",
        "ask_signalwire_voice", "take_twilio_leg", "take_signalwire_leg",
    ]

    @Test func `every route that changes something is noted, or is named as the day's work`() async throws {
        try await CallsServer.with { server in
            let routes = server.routes.table.routes
            let changing = Set(routes.filter { $0.method != .get }.map(\.operationID))
            let audited = Set(routes.filter { $0.options.contains(.audited) }.map(\.operationID))
            #expect(audited.isDisjoint(with: Self.everyday))
            #expect(changing.subtracting(audited).subtracting(Self.everyday) == [])
            #expect(Self.everyday.subtracting(changing) == [])
            #expect(audited.subtracting(changing) == [])
            // Only tenancy keeps an audit log, and the triggers tell nobody else.
            let told = EventType.subscriptions.filter { $0.types.contains(.deedDone) && $0.publisher == .calls }
            #expect(told.map(\.subscriber) == [.tenancy])
        }
    }

    @Test func `each of them tells what it did, by whom and what was before`() async throws {
        try await CallsServer.with { server in
            let walk = DeedWalk(server)
            try await judging(walk)
            try await lists(walk)
            try await consents(walk)
            try await doNotCall(walk)
            try await people(walk)
            try await campaigns(walk)
            try await keeping(walk)
            try await many(walk)
            try await imports(walk)
            let audited = server.routes.table.routes.filter { $0.options.contains(.audited) }.map(\.operationID)
            #expect(Set(audited).subtracting(walk.operations) == [])
            // No secret, no hash and no token is among what was told.
            for deed in try await walk.deeds() {
                let text = String(decoding: (deed.before?.bytes ?? []) + (deed.after?.bytes ?? []), as: UTF8.self)
                for word in ["digest", "hash", "password", "sealed", "secret"] {
                    #expect(!text.contains(word), "\(deed.action): \(text)")
                }
            }
        }
    }

    @Test func `a change is told with both values, and one that changes nothing is not told`() async throws {
        try await CallsServer.with { server in
            let walk = DeedWalk(server)
            let path = "/api/v1/dialer/campaigns"
            let id = try await walk.step("create_campaign", .post, path, #"{"name": "Spring"}"#, "campaign.created").id
            try await walk.step(
                "update_campaign", .patch, "\(path)/\(id)", #"{"name": "Summer", "priority": 7}"#, "campaign.updated")
            try await walk.step("update_campaign", .patch, "\(path)/\(id)", #"{"name": "Summer"}"#)
            let deed = try #require(try await walk.deeds().last)
            #expect(deed.subject == "campaign/\(id)")
            #expect(try deed.before?.decode(JSONValue.self)["name"] == .string("Spring"))
            #expect(try deed.before?.decode(JSONValue.self)["priority"] == .int(0))
            #expect(try deed.after?.decode(JSONValue.self)["name"] == .string("Summer"))
            #expect(try deed.after?.decode(JSONValue.self)["state"] == nil)
            // What the program does by itself is nobody's deed.
            try await server.database.tenant(server.tenant).execute(
                "UPDATE dial_campaigns SET name = 'Autumn' WHERE tenant_id = \(server.tenant)")
            #expect(try await walk.deeds().count == 2)
            // A refused change is none.
            let stale = try await server.json(.patch, "\(path)/\(id)", #"{"name": "X"}"#, match: "\"1\"")
            #expect(stale.status == 412)
            #expect(try await walk.deeds().count == 2)
            // Whoever acts for somebody else is named too, and so is a key.
            let acting = try await server.json(
                .patch, "\(path)/\(id)", #"{"name": "Winter"}"#, as: .impersonating(.owner), match: "*")
            #expect(acting.status == 200)
            let last = try #require(try await walk.deeds().last)
            #expect(last.userID != nil && last.impersonatorID != nil)
            let keyed = try await server.json(
                .post, "/api/v1/consent/records",
                #"{"address": "+12125550123", "type": "tcpa_call", "method": "paper"}"#, as: .apiKey([.consentWrite]))
            #expect(keyed.status == 201, "\(String(decoding: keyed.bytes, as: UTF8.self))")
            let byKey = try #require(try await walk.deeds().last)
            #expect(byKey.action == "consent.recorded" && byKey.userID == nil && byKey.apiKeyID != nil)
        }
    }

    @Test func `a long value is told by the names of its columns`() async throws {
        try await CallsServer.with { server in
            let walk = DeedWalk(server)
            let terms = (0..<100).map { "\"Term number \($0) \(String(repeating: "x", count: 60))\"" }.joined(
                separator: ",")
            try await walk.step(
                "put_vocabulary", .put, "/api/v1/calls/vocabulary", "{\"terms\": [\(terms)]}", "vocabulary.created")
            let deed = try #require(try await walk.deeds().last)
            #expect(try deed.after?.decode([String: [String]].self) == ["columns": ["terms"]])
        }
    }

    @Test func `files that leave are told before they do, with how much is in them`() async throws {
        try await CallsServer.with { server in
            let listed = ListedCalls(server)
            let call = try await listed.add()
            try await listed.add()
            _ = try await server.json(.post, "/api/v1/consent/do-not-call", #"{"number": "+12125550123"}"#)
            for (path, kind, rows) in [
                ("/api/v1/calls/export", TakenKind.callsExported, 2),
                ("/api/v1/calls/export?direction=outbound", .callsExported, 0),
                ("/api/v1/calls/export/pdf", .callsExported, 2), ("/api/v1/calls/\(call)/pdf", .callsExported, 1),
                ("/api/v1/consent/do-not-call/export", .contactsExported, 1),
                ("/api/v1/consent/decisions/export", .contactsExported, 0),
            ] {
                #expect(try await server.send(.get, path, as: .user(.agent)).status == 403)
                #expect(try await server.send(.get, path).status == 200)
                let told = try await server.database.tenant(server.tenant).values(
                    """
                    SELECT p.data FROM outbox_events AS e
                    JOIN outbox_payloads AS p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
                    WHERE e.tenant_id = \(server.tenant) AND e.type = 'data.taken' ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1
                    """, as: JSONText.self)
                let taking = try #require(told.first).decode(InternalAPI.Taking.self)
                #expect(taking.kind == kind && taking.rows == rows && taking.userID != nil, "\(path)")
            }
        }
    }
}
