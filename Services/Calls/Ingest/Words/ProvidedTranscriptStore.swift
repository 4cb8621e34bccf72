import JSON
import Models
import Postgres

/// Makes transcripts of what providers have written down themselves, for calls of which no recording comes.
///
/// One of ours, made of a recording that comes after all, takes its place as the next version.
struct ProvidedTranscriptStore {
    let transaction: Transaction
    let tenant: TenantID
    /// By name; else as the connection has it.
    var provider: String?

    /// Has the provider's words written down and analysed, where a call has none or an earlier form of them; nil when
    /// nothing was changed.
    ///
    /// A call that waited for its recording in vain goes on with them; what was made of them before stays as it is.
    func writeDown(_ id: CallID) async throws -> Call? {
        guard let known = try await known(id) else { return nil }
        guard let said = known.said, !said.isPartial, !said.segments.isEmpty else { return nil }
        let spans = try await RedactionStore.spans(of: id, in: tenant, transaction)
        let transcript = said.transcript(
            of: known.direction, language: known.language, by: known.provider
        ).silenced(in: spans)
        if let present = known.present, present == transcript.segments {
            return try await goOn(id)
        }
        let moved = try await transaction.first(statement(id, transcript), as: Call.self)
        guard let moved else { return nil }
        // Its end is still to be heard by whoever follows it.
        try await LiveStore.clear(id, keepingEnd: true, in: tenant, transaction)
        try await CallEvents.publish(.callTranscribed, of: moved, in: transaction)
        try await AnalyseCallJob.enqueue(id, in: transaction)
        return moved
    }

    /// Takes silent stretches out of what the account of a call keeps.
    func silence(_ spans: [SilentSpan], of id: CallID) async throws {
        guard let known = try await known(id), let said = known.said else { return }
        let silenced = said.saying(said.transcript(of: known.direction).silenced(in: spans))
        guard silenced != said else { return }
        var account = known.account
        account.replaceWords(by: silenced)
        try await transaction.execute(
            """
            UPDATE call_accounts SET document = \(try JSONText(encoding: account))
            WHERE tenant_id = \(tenant) AND call_id = \(id)
            """)
    }

    private struct Known {
        var direction: CallDirection
        var language: String?
        var provider: String
        var account: CallAccount
        /// What the provider's words have become already.
        var present: [Transcript.Segment]?

        var said: ProvidedTranscript? { account.transcript?.value }
    }

    private func known(_ id: CallID) async throws -> Known? {
        try await transaction.first(
            """
            SELECT calls.direction, calls.language, coalesce(\(provider), state.provider, 'provider'), account.document, (
                SELECT segments FROM transcripts
                WHERE transcripts.tenant_id = calls.tenant_id AND transcripts.call_id = calls.id
                  AND transcripts.engine = 'provider' AND transcripts.edited_by IS NULL
                ORDER BY version DESC LIMIT 1)
            FROM calls
            JOIN call_accounts AS account ON account.tenant_id = calls.tenant_id AND account.call_id = calls.id
            LEFT JOIN connection_states AS state
                ON state.tenant_id = calls.tenant_id AND state.connection_id::text = calls.source
            WHERE calls.tenant_id = \(tenant) AND calls.id = \(id)
            FOR UPDATE OF account
            """
        ) { row in
            Known(
                direction: try row.next(CallDirection.self), language: try row.next(String?.self),
                provider: try row.next(String.self), account: try row.next(JSONText.self).decode(CallAccount.self),
                present: try row.next(JSONText?.self)?.decode([Transcript.Segment].self))
        }
    }

    /// Only of calls that are over and have no recording, whose people have theirs written down, and that no work is
    /// done on.
    private func statement(_ id: CallID, _ transcript: Transcript) throws -> SQL {
        try TranscriptVersionStore.keeping(
            transcript, words: WordCutter.distinctWords(in: transcript.text), of: id,
            where: """
                recording_bytes IS NULL AND origin = 'live' AND ended_at IS NOT NULL
                  AND (transcript_version = 0 AND stage IN ('received', 'no_recording', 'failed')
                    OR transcript_engine = 'provider' AND stage IN (
                        'transcribed', 'analysing', 'analysed', 'failed', 'no_recording'))
                  AND NOT EXISTS (
                    SELECT FROM user_voip_settings AS person
                    WHERE person.tenant_id = calls.tenant_id AND person.user_id = calls.agent_id
                      AND NOT person.auto_transcribe)
                """, in: tenant)
    }

    /// Back to where the call was before it waited for a recording.
    private func goOn(_ id: CallID) async throws -> Call? {
        let call = try await transaction.first(
            """
            UPDATE calls SET stage = CASE WHEN analysis_engine IS NULL THEN 'transcribed' ELSE 'analysed' END,
                stage_since = now(), stage_attempts = 0, stage_error_code = NULL, stage_error_detail = NULL,
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND stage IN ('failed', 'no_recording')
              AND recording_bytes IS NULL
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
        if let call, call.processing.stage == .transcribed { try await AnalyseCallJob.enqueue(id, in: transaction) }
        return call
    }
}
