import BlobStore
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

extension DeedTests {
    func judging(_ walk: DeedWalk) async throws {
        let rubrics = "/api/v1/calls/rubrics"
        let rubric = try await walk.step(
            "create_rubric", .post, rubrics,
            #"{"name": "Sales", "categories": [{"key": "greeting", "name": "Greeting", "weight": 10}]}"#,
            "rubric.created"
        ).id
        try await walk.step("update_rubric", .patch, "\(rubrics)/\(rubric)", #"{"name": "Inside"}"#, "rubric.updated")
        try await walk.step("delete_rubric", .delete, "\(rubrics)/\(rubric)", nil, "rubric.deleted")
        let trackers = "/api/v1/calls/trackers"
        let tracker = try await walk.step(
            "create_tracker", .post, trackers, #"{"name": "Price", "phrases": ["too dear"]}"#, "tracker.created"
        ).id
        try await walk.step(
            "update_tracker", .patch, "\(trackers)/\(tracker)", #"{"is_active": false}"#, "tracker.updated")
        try await walk.step("delete_tracker", .delete, "\(trackers)/\(tracker)", nil, "tracker.deleted")
        let vocabulary = "/api/v1/calls/vocabulary"
        try await walk.step("put_vocabulary", .put, vocabulary, #"{"terms": ["Northwind"]}"#, "vocabulary.created")
    }

    func lists(_ walk: DeedWalk) async throws {
        let dispositions = "/api/v1/calls/dispositions"
        // The eight that come with the product are there from the first look on.
        let first = try await walk.server.send(.get, dispositions).decoded(CallsAPI.Dispositions.self).data
        #expect(first.count == 8)
        let disposition = try await walk.step(
            "create_disposition", .post, dispositions, #"{"name": "Later", "category": "connected"}"#,
            "disposition.created"
        ).id
        let path = "\(dispositions)/\(disposition)"
        try await walk.step("update_disposition", .patch, path, #"{"name": "Much later"}"#, "disposition.updated")
        let ids = first.map(\.id.description) + [disposition]
        let order = ([ids[1], ids[0]] + ids.dropFirst(2)).map { "\"\($0)\"" }.joined(separator: ",")
        try await walk.step(
            "order_dispositions", .put, "\(dispositions)/order", "{\"ids\": [\(order)]}", "disposition.updated",
            "disposition.updated")
        try await walk.step("retire_disposition", .delete, path, nil, "disposition.retired")
        try await walk.step("restore_disposition", .post, "\(path)/restore", nil, "disposition.restored")
        let tags = "/api/v1/calls/tags"
        let tag = try await walk.step("create_tag", .post, tags, #"{"name": "VIP"}"#, "tag.created").id
        try await walk.step("update_tag", .patch, "\(tags)/\(tag)", #"{"name": "Very"}"#, "tag.updated")
        try await walk.step("delete_tag", .delete, "\(tags)/\(tag)", nil, "tag.deleted")
        let lines = "/api/v1/lines"
        let line = try await walk.step(
            "create_line", .post, lines, #"{"value": "201", "label": "Front desk"}"#, "line.created"
        ).id
        try await walk.step("update_line", .patch, "\(lines)/\(line)", #"{"label": "Back desk"}"#, "line.updated")
        try await walk.step("delete_line", .delete, "\(lines)/\(line)", nil, "line.deleted")
        let reports = "/api/v1/analytics/reports"
        let boss = UserID.make()
        walk.server.people.add(boss, .owner)
        func body(_ hour: Int) -> String {
            "{\"name\": \"Mornings\", \"cadence\": \"daily\", \"hour\": \(hour), \"recipient_ids\": [\"\(boss)\"]}"
        }
        let report = try await walk.step(
            "create_report_schedule", .post, reports, body(7), "report_schedule.created"
        ).id
        try await walk.step(
            "replace_report_schedule", .put, "\(reports)/\(report)", body(8), "report_schedule.updated")
        try await walk.step("delete_report_schedule", .delete, "\(reports)/\(report)", nil, "report_schedule.deleted")
    }

    func consents(_ walk: DeedWalk) async throws {
        let consent = "/api/v1/consent"
        let yes = #"{"address": "+12125550123", "type": "tcpa_call", "method": "paper"}"#
        try await walk.step("create_consent", .post, "\(consent)/records", yes, "consent.recorded")
        try await walk.step(
            "revoke_consent", .post, "\(consent)/revocations",
            #"{"address": "+12125550123", "types": ["tcpa_call"]}"#, "consent.revoked")
        try await walk.step(
            "create_consent_type", .post, "\(consent)/types",
            #"{"key": "news", "name": "News", "channels": ["email"], "purposes": ["marketing"]}"#,
            "consent_type.created")
        try await walk.step(
            "update_consent_type", .patch, "\(consent)/types/news", #"{"name": "Newsletter"}"#, "consent_type.updated")
        try await walk.step("create_consent", .post, "\(consent)/records", yes, "consent.recorded")
        let made = try await walk.server.json(.post, "\(consent)/links", #"{"address": "+12125550123"}"#)
        let url = try made.decoded(CallsAPI.ConsentLink.self).url
        let form = "/api/v1" + (url.split(separator: "/api/v1", maxSplits: 1).last ?? "")
        // Consents that were given are taken back, and a no is written down for each other type.
        let sent = try await walk.server.send(
            .post, form, as: .anonymous, headers: ["Content-Type": "application/x-www-form-urlencoded"])
        #expect(sent.status == 200)
        let noted = try await walk.skip("send_consent_form")
        #expect(noted.contains { $0.action == "consent.revoked" && $0.userID == nil && $0.apiKeyID == nil })
        #expect(noted.contains { $0.action == "do_not_call.added" })
        try await walk.step(
            "put_contact_policy", .put, "\(consent)/policy", #"{"hours_from": "09:00", "hours_to": "17:00"}"#,
            "contact_policy.updated")
        try await walk.step(
            "put_contact_policy", .put, "\(consent)/policy", #"{"stopped": true}"#, "contact_policy.updated")
        try await walk.step("put_contact_policy", .put, "\(consent)/policy", "{}", "contact_policy.updated")
        let call = try await walk.server.createCall()
        try await walk.step(
            "put_recording_consent", .put, "/api/v1/calls/\(call.id)/recording/consent",
            #"{"method": "announcement", "given": true}"#, "recording_consent.set")
    }

    func doNotCall(_ walk: DeedWalk) async throws {
        for (prefix, path, caller, tenant) in [
            ("", "/api/v1/consent/do-not-call", nil as TestCaller?, nil as TenantID?),
            ("platform_", "/api/v1/platform/do-not-call", .superAdmin([.operation]), .platform),
        ] {
            let body = #"{"number": "+12125550199"}"#
            let id = try await walk.step(
                "add_\(prefix)do_not_call", .post, path, body, as: caller, in: tenant, "do_not_call.added"
            ).id
            try await walk.step(
                "remove_\(prefix)do_not_call", .delete, "\(path)/\(id)", nil, as: caller, in: tenant,
                "do_not_call.removed")
            let numbers = (0..<450).map { "+1212\(5_550_000 + $0)" }.joined(separator: "\n")
            try await walk.step(
                "import_\(prefix)do_not_call", .post, "\(path)/imports", numbers, as: caller, in: tenant,
                type: "text/csv", "do_not_call_import.begun", "do_not_call_import.finished")
            let last = try #require(try await walk.deeds().last)
            #expect(try last.after?.decode(JSONValue.self)["row_count"] == .int(450))
        }
    }

    func people(_ walk: DeedWalk) async throws {
        let server = walk.server
        try await walk.step(
            "update_own_voice_settings", .patch, "/api/v1/dialer/settings", #"{"ring_seconds": 30}"#,
            "voice_settings.updated")
        let other = UserID.make()
        try await server.database.tenant(server.tenant).execute(
            """
            INSERT INTO agents (tenant_id, user_id, role, status, time_zone)
            VALUES (\(server.tenant), \(other), 'agent', 'active', 'UTC')
            """)
        try await walk.step(
            "update_voice_settings", .patch, "/api/v1/dialer/settings/\(other)", #"{"ring_seconds": 30}"#,
            "voice_settings.updated")
        try await walk.step(
            "update_voice_settings", .patch, "/api/v1/dialer/settings/\(other)", #"{"ring_seconds": 40}"#,
            "voice_settings.updated")
        try await walk.step(
            "set_agent_availability", .put, "/api/v1/calls/agents/\(other)/availability", #"{"presence": "away"}"#,
            "availability.updated")
    }

    func campaigns(_ walk: DeedWalk) async throws {
        let path = "/api/v1/dialer/campaigns"
        let id = try await walk.step("create_campaign", .post, path, #"{"name": "Spring"}"#, "campaign.created").id
        for (state, action) in [("running", "campaign.started"), ("paused", "campaign.stopped")] {
            try await walk.step("update_campaign", .patch, "\(path)/\(id)", "{\"state\": \"\(state)\"}", action)
        }
        try await walk.step("delete_campaign", .delete, "\(path)/\(id)", nil, "campaign.deleted")
    }

    func keeping(_ walk: DeedWalk) async throws {
        let server = walk.server
        let call = try await server.callWithTranscript()
        let path = "/api/v1/calls/\(call)"
        try await walk.step("put_legal_hold", .put, "\(path)/legal-hold", #"{"reason": "Case 7"}"#, "legal_hold.placed")
        try await walk.step("delete_legal_hold", .delete, "\(path)/legal-hold", nil, "legal_hold.released")
        let soon = Timestamp.now() + .seconds(3_600)
        let share = try await walk.step(
            "create_share", .post, "\(path)/shares",
            "{\"start_seconds\": 0, \"end_seconds\": 2, \"expires_at\": \"\(soon)\", \"password\": \"correct horse\"}",
            "share.created"
        ).id
        try await walk.step("revoke_share", .delete, "\(path)/shares/\(share)", nil, "share.revoked")
        let redaction = try await walk.step(
            "create_redaction", .post, "\(path)/redactions", #"{"start_seconds": 0.1, "end_seconds": 0.2}"#,
            "redaction.created"
        ).id
        try await walk.step(
            "delete_redaction", .delete, "/api/v1/calls/redactions/\(redaction)", nil, "redaction.removed")
        let running = try await server.createCall().id
        try await walk.step(
            "begin_redaction", .post, "/api/v1/calls/\(running)/redactions/pause", #"{"at_seconds": 1}"#,
            "redaction.created")
        try await walk.step("delete_call", .delete, path, nil, "call.deleted")
        try await walk.step("restore_call", .post, "\(path)/restore", nil, "call.restored")
    }

    func many(_ walk: DeedWalk) async throws {
        let server = walk.server
        let calls = [try await server.createCall().id, try await server.createCall().id]
        let ids = calls.map { "\"\($0)\"" }.joined(separator: ",")
        let begun = try await walk.step(
            "create_bulk_action", .post, "/api/v1/calls/bulk", "{\"action\": \"delete\", \"ids\": [\(ids)]}",
            "bulk_action.begun")
        let action = try begun.decoded(CallsAPI.BulkAction.self)
        let id = try #require(action.id)
        try await BulkJob(actionID: id, isUndoing: false).run(server.database, in: server.tenant)
        // The job is the program's work: the action alone is somebody's.
        try await walk.step("undo_bulk_action", .post, "/api/v1/calls/bulk/\(id)/undo", nil, "bulk_action.undone")
    }

    func imports(_ walk: DeedWalk) async throws {
        let server = walk.server
        let path = "/api/v1/calls/imports"
        let file = """
            external_id,direction,from,to,started_at,duration_seconds,status
            1,inbound,+14155550123,201,2025-01-02T10:00:00Z,120,completed
            """
        let id = try await walk.step(
            "preview_import", .post, "\(path)?source=old-pbx", file, type: "text/csv", "call_import.read"
        ).id
        try await walk.step("start_import", .post, "\(path)/\(id)/start", nil, "call_import.started")
        let importing = CallImporting(
            database: server.database, blobs: FileBlobStore(root: "/nonexistent"), knowledge: server.trust.knowledge)
        try await importing.run(
            CallImportJob(importID: try CallImportID(jsonText: id), isUndone: false), in: server.tenant)
        try await walk.step("undo_import", .post, "\(path)/\(id)/undo", nil, "call_import.undone")
    }
}
