import Models
import Postgres

/// Keeps corrected transcripts as versions of their own, which the search finds at once.
struct CorrectionStore: Sendable {
    let database: Database

    /// Makes a corrected transcript the current one; nil when another version is, or something works on the call.
    func correct(
        _ id: CallID, _ transcript: Transcript, version: Int, by editor: UserID?, analyse: Bool, reach: CallReach,
        in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            try await Self.keep(
                transcript, of: id, correcting: version, by: editor, analyse: analyse, reach: reach, in: tenant,
                transaction)
        }
    }

    /// Says which channel carries the agent, and makes the transcript with the speakers that follow the current one.
    ///
    /// Nil when something works on the call.
    func setAgentChannel(
        _ channel: Int?, of call: Call, _ current: (version: Int, edited: Transcript)?, by editor: UserID?,
        analyse: Bool, reach: CallReach, in tenant: TenantID
    ) async throws -> Call? {
        try await database.tenant(tenant).transaction { transaction in
            try await transaction.execute(
                """
                UPDATE recordings SET agent_channel = \(channel.map(Int32.init))
                WHERE tenant_id = \(tenant) AND call_id = \(call.id)
                """)
            guard let current else {
                return try await transaction.first(
                    """
                    UPDATE calls SET updated_at = now(), version = version + 1
                    WHERE tenant_id = \(tenant) AND id = \(call.id) AND deleted_at IS NULL
                      AND transcript_engine IS NULL\(reach.condition)
                    RETURNING \(unescaped: Call.columns)
                    """, as: Call.self)
            }
            let kept = try await Self.keep(
                current.edited, of: call.id, correcting: current.version, by: editor, analyse: analyse, reach: reach,
                in: tenant, transaction)
            // Neither without the other.
            guard let kept else { throw Failure(.conflict, "Something works on the call; try again later.") }
            return kept
        }
    }

    private static func keep(
        _ transcript: Transcript, of id: CallID, correcting version: Int, by editor: UserID?, analyse: Bool,
        reach: CallReach, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> Call? {
        // What the engine used was for the version that it wrote.
        var kept = transcript
        kept.usage = EngineUsage()
        let call = try await transaction.first(
            TranscriptVersionStore.keeping(
                kept, words: WordCutter.distinctWords(in: transcript.text), of: id,
                where:
                    "transcript_version = \(Int32(clamping: version)) AND \(VersionStore.isAtRest)\(reach.condition)",
                isMoving: analyse, correction: .init(editor: editor, version: version), in: tenant), as: Call.self)
        guard let call else { return nil }
        try await CallEvents.publish(.callUpdated, of: call, in: transaction)
        if analyse { try await AnalyseCallJob.enqueue(id, in: transaction) }
        return call
    }
}
