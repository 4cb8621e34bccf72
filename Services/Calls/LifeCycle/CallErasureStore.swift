import JSON
import LifeCycle
import Models
import Postgres

/// Removes calls for good, whoever they were with; what is on legal hold stays.
struct CallErasureStore: Sendable {
    /// How many calls one statement removes.
    private static let bound: Int32 = 200

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// Calls of the tenant: all of them, or those that somebody had part in.
    private func chosen(_ person: (numbers: [String], pattern: String)?) -> SQL {
        guard let person else { return "call.tenant_id = \(tenant)" }
        return """
            call.tenant_id = \(tenant) AND (
                call.from_number = ANY (\(person.numbers)) OR call.to_number = ANY (\(person.numbers))
                OR call.from_value ~* \(person.pattern) OR call.to_value ~* \(person.pattern)
                OR call.from_raw ~* \(person.pattern) OR call.to_raw ~* \(person.pattern))
            """
    }

    /// The recordings of calls that somebody had part in.
    func recordings(of person: (numbers: [String], pattern: String)) async throws -> [RecordingID] {
        try await rows.query(
            """
            SELECT recording.id FROM calls AS call
            JOIN recordings AS recording ON recording.tenant_id = call.tenant_id AND recording.call_id = call.id
            WHERE \(chosen(person)) ORDER BY recording.id
            """
        ) { row in try row.next(RecordingID.self) }
    }

    /// How many calls a legal hold keeps.
    func countHeld(_ person: (numbers: [String], pattern: String)? = nil) async throws -> Int {
        try await rows.value("SELECT count(*) FROM calls AS call WHERE \(chosen(person)) AND call.legal_hold") ?? 0
    }

    /// Removes some calls with all that hangs on them; the recordings whose bytes go next, nil when none was left.
    func eraseSome(_ person: (numbers: [String], pattern: String)? = nil) async throws -> [RecordingID?]? {
        try await CallRemovalStore(rows: rows).remove(
            """
            gone AS (
                DELETE FROM calls WHERE tenant_id = \(tenant) AND id IN (
                    SELECT call.id FROM calls AS call WHERE \(chosen(person)) AND NOT call.legal_hold
                    LIMIT \(Self.bound) FOR UPDATE)
                RETURNING id, started_at, deleted_at, is_test
            ), marked AS (
                INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
                SELECT \(tenant), gen_random_uuid(), bucket FROM (
                    SELECT DISTINCT to_timestamp(floor(extract(epoch FROM started_at) / 900) * 900) AS bucket
                    FROM gone WHERE deleted_at IS NULL AND NOT is_test) AS counted
            )
            """)
    }

    /// Makes somebody unreadable in what others said in their calls, and unfindable by its words; how many transcripts.
    func redactTranscripts(_ pattern: String) async throws -> Int {
        let changed = try await rows.query(
            """
            UPDATE transcripts SET segments = redact_document(segments, \(pattern))
            WHERE tenant_id = \(tenant) AND (segments::text ~* \(pattern) OR words::text ~* \(pattern))
            RETURNING call_id, version, segments
            """
        ) { row in
            (call: try row.next(CallID.self), version: try row.next(Int32.self), segments: try row.next(JSONText.self))
        }
        for row in changed {
            let segments = try row.segments.decode([Transcript.Segment].self)
            let words = WordCutter.distinctWords(in: segments.map(\.text).joined(separator: "\n"))
            try await rows.execute(
                """
                UPDATE transcripts SET words = array_to_tsvector(\(words))
                WHERE tenant_id = \(tenant) AND call_id = \(row.call) AND version = \(row.version)
                """)
        }
        return changed.count
    }
}

extension [ExportedTable] {
    /// What a tenant gets of calls.
    static let ofCalls = [
        ExportedTable("calls"), ExportedTable("recordings", of: .init("calls", by: "call_id")),
        ExportedTable("transcripts", omitting: ["words"], of: .init("calls", by: "call_id")),
        ExportedTable("analyses", of: .init("calls", by: "call_id")),
        ExportedTable("contact_policies"), ExportedTable("consent_types"),
        ExportedTable("consents", omitting: ["subject_hash"], of: .init("consent_proofs", "consent_id", by: "id")),
        ExportedTable("consent_proofs"),
        ExportedTable("do_not_call", omitting: ["number_hash"], of: .init("do_not_call_numbers", "entry_id", by: "id")),
        ExportedTable("do_not_call_numbers"),
        ExportedTable(
            "contact_decisions", omitting: ["subject_hash"],
            of: .init("contact_decision_addresses", "decision_id", by: "id")),
        ExportedTable("contact_decision_addresses"), ExportedTable("contact_spend"),
        ExportedTable("do_not_call_imports"), ExportedTable("do_not_call_import_rows"),
        ExportedTable("agents"), ExportedTable("agent_availability"),
        ExportedTable("agent_busy_times"), ExportedTable("assignments", of: .init("calls", by: "call_id")),
        ExportedTable("recording_consents", of: .init("calls", by: "call_id")),
        ExportedTable("call_dispositions"),
        ExportedTable("lines"),
        ExportedTable("call_rubrics"),
        ExportedTable("call_trackers"), ExportedTable("call_tracker_hits", of: .init("calls", by: "call_id")),
        ExportedTable("call_vocabularies"),
        ExportedTable("call_contests", of: .init("calls", by: "call_id")),
        ExportedTable("call_usages", of: .init("calls", by: "call_id")), ExportedTable("call_cost_rollups"),
        ExportedTable("call_accounts"), ExportedTable("hook_payloads"), ExportedTable("rejected_records"),
        ExportedTable("hook_payload_calls"), ExportedTable("connection_states", omitting: ["poll_cursor"]),
        ExportedTable("connection_hours"),
        ExportedTable("user_voip_settings"), ExportedTable("call_controls"), ExportedTable("call_participants"),
        ExportedTable("recording_pauses"), ExportedTable("dial_campaigns"), ExportedTable("dial_sessions"),
        ExportedTable("dial_queue"), ExportedTable("call_retries"), ExportedTable("missed_calls"),
        ExportedTable("call_routings", of: .init("calls", by: "call_id")),
        ExportedTable("call_imports"), ExportedTable("call_import_rows"),
        ExportedTable("recording_redactions"), ExportedTable("recording_listens"), ExportedTable("call_legal_holds"),
        ExportedTable("recording_uploads"), ExportedTable("call_live_updates"),
    ]
}
