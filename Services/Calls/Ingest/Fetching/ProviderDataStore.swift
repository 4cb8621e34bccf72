import JSON
import Models
import Postgres

/// A call together with all that its provider has said.
struct ProviderDataStore {
    struct Found {
        var call: Call
        var account: CallAccount
        var fetchedAt: Timestamp?

        /// The call is over and its words are there: asking again would tell nothing new.
        var isComplete: Bool {
            call.status.isOver && account.transcript.map { !$0.value.isPartial && !$0.value.segments.isEmpty } == true
        }
    }

    let rows: any SQLExecutor
    let tenant: TenantID

    func find(_ id: CallID, reach: CallReach) async throws -> Found? {
        try await rows.first(
            """
            SELECT \(unescaped: Call.columns), account.document, account.fetched_at
            FROM calls LEFT JOIN (
                SELECT tenant_id AS account_tenant, call_id, document, fetched_at FROM call_accounts
            ) AS account ON account.account_tenant = calls.tenant_id AND account.call_id = calls.id
            WHERE calls.tenant_id = \(tenant) AND calls.id = \(id) AND calls.deleted_at IS NULL\(reach.condition)
            """
        ) { row in
            let call = try Call(row: &row)
            let document = try row.next(JSONText?.self)
            return Found(
                call: call, account: try document?.decode(CallAccount.self) ?? CallAccount(),
                fetchedAt: try row.next(Timestamp?.self))
        }
    }

    func noteFetched(_ id: CallID) async throws {
        try await rows.execute(
            "UPDATE call_accounts SET fetched_at = now() WHERE tenant_id = \(tenant) AND call_id = \(id)")
    }
}

extension ProviderDataStore.Found {
    func wire(_ connection: ConnectionID, _ externalID: String, cached: Bool) -> CallsAPI.ProviderAccount {
        CallsAPI.ProviderAccount(
            callID: call.id, connectionID: connection, externalID: externalID, cached: cached, fetchedAt: fetchedAt,
            callStatus: call.status, providerStatus: call.providerStatus, startedAt: call.startedAt,
            endedAt: call.endedAt, durationSeconds: call.durationSeconds,
            recordingURL: account.recordingReference.flatMap { $0.kind == .url ? $0.locator : nil },
            summary: account.summary?.value,
            transcript: account.transcript?.value.segments.map {
                .init(speaker: $0.speaker, startSeconds: $0.startSeconds, endSeconds: $0.endSeconds, text: $0.text)
            }, metadata: call.metadata)
    }
}
