import JSON
import Models
import Postgres

/// The change feed's rows.
struct ChangeStore {
    /// How long a revocation matters: a little longer than the access token lives that lives longest, an impersonator's.
    static let tokenLife = Duration.seconds(35 * 60)

    let rows: any SQLExecutor

    /// Where readers of the feed listen.
    static let channel = "changes"

    /// Appends a change; call it last in its transaction, since other changes wait for the commit.
    static func append<Value: Encodable>(
        _ kind: ChangeFeedAPI.Kind, key: String, value: Value, tenant: TenantID?, in transaction: Transaction
    ) async throws {
        let document = try JSONText(encoding: value)
        try await transaction.execute(
            "SELECT append_change(\(tenant), \(kind.rawValue), \(key), \(document))")
        transaction.notify(channel)
    }

    /// Tells that a thing of the feed is gone.
    static func appendGone(
        _ kind: ChangeFeedAPI.Kind, key: String, tenant: TenantID?, in transaction: Transaction
    ) async throws {
        try await transaction.execute("SELECT append_change(\(tenant), \(kind.rawValue), \(key), NULL)")
        transaction.notify(channel)
    }

    /// Tells that the tokens of a user's earlier versions are void.
    static func appendVersion(
        _ version: Int64, of user: UserID, tenant: TenantID, in transaction: Transaction
    ) async throws {
        try await append(
            .userVersion, key: user.jsonText,
            value: ChangeFeedAPI.UserVersionValue(tenantID: tenant, version: version), tenant: tenant, in: transaction)
    }

    /// Tells that the tokens of sessions are void, in one round trip however many they are.
    static func appendRevoked(_ sessions: [SessionID], tenant: TenantID, in transaction: Transaction) async throws {
        guard !sessions.isEmpty else { return }
        let value = ChangeFeedAPI.ExpiryValue(tenantID: tenant, expiresAt: .now() + tokenLife)
        let (kind, document) = (ChangeFeedAPI.Kind.revokedSession.rawValue, try JSONText(encoding: value))
        try await transaction.execute(
            "SELECT append_change(\(tenant), \(kind), ended::text, \(document)) FROM unnest(\(sessions)) AS ended")
        transaction.notify(channel)
    }

    /// Tells the readers at once that there is something, for a command that ends before a notification would be sent.
    func announce() async throws { try await rows.execute("SELECT pg_notify(\(Self.channel), '')") }

    /// The changes after a number, oldest first.
    func list(after sequence: Int64, limit: Int) async throws -> [ChangeRow] {
        try await rows.query(
            "SELECT sequence, kind, key, value FROM changes WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)",
            as: ChangeRow.self)
    }

    /// The numbers of the oldest and the newest change that are kept; zeros when there is none.
    func bounds() async throws -> (oldest: Int64, newest: Int64) {
        let row = try await rows.first(
            "SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0) FROM changes", as: BoundsRow.self)
        return (row?.oldest ?? 0, row?.newest ?? 0)
    }

    /// All that the feed tells, as of the number of the newest change: one statement, so one moment.
    func snapshot() async throws -> [SnapshotRow] {
        let seconds = Double(Self.tokenLife.components.seconds)
        return try await rows.query(
            """
            SELECT (SELECT coalesce(max(sequence), 0) FROM changes), kind, key, value
            FROM (
                SELECT kind, key, value FROM feed_snapshot(make_interval(secs => \(seconds)))
                UNION ALL SELECT kind, key, value FROM open_erasures()
            ) AS told
            """, as: SnapshotRow.self)
    }
}

/// One change as it is stored.
struct ChangeRow: PostgresRowDecodable {
    let sequence: Int64
    let kind: ChangeFeedAPI.Kind
    let key: String
    let value: JSONText?

    init(row: inout RowReader) throws(PostgresError) {
        sequence = try row.next(Int64.self)
        kind = try row.next(ChangeFeedAPI.Kind.self)
        key = try row.next(String.self)
        value = try row.next(JSONText?.self)
    }
}

/// One part of the snapshot.
struct SnapshotRow: PostgresRowDecodable {
    /// The newest change that the snapshot holds.
    let asOf: Int64
    let kind: ChangeFeedAPI.Kind
    let key: String
    let value: JSONText?

    init(row: inout RowReader) throws(PostgresError) {
        asOf = try row.next(Int64.self)
        kind = try row.next(ChangeFeedAPI.Kind.self)
        key = try row.next(String.self)
        value = try row.next(JSONText?.self)
    }
}

private struct BoundsRow: PostgresRowDecodable {
    let oldest: Int64
    let newest: Int64

    init(row: inout RowReader) throws(PostgresError) {
        oldest = try row.next(Int64.self)
        newest = try row.next(Int64.self)
    }
}
