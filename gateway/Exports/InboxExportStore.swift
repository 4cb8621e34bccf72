import Models
import Postgres

/// A hook as an archive tells of it: without its header, which holds what the provider shows of itself.
struct GivenHook: Codable, Identifiable, PostgresRowDecodable, Sendable {
    var id: HookID
    var service: String
    var provider: String
    var connectionID: ConnectionID
    var receivedAt: Timestamp
    var state: String
    var method: String
    var target: String
    /// As far as it is text.
    var body: String

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next()
        service = try row.next()
        provider = try row.next()
        connectionID = try row.next()
        receivedAt = try row.next()
        state = try row.next()
        method = try row.next()
        target = try row.next()
        body = String(decoding: try row.next([UInt8].self), as: UTF8.self)
    }
}

/// All that a hook says, for whoever looks for a person whom no hook may name any more.
struct HookText: Codable, Identifiable, PostgresRowDecodable, Sendable {
    var id: HookID
    var target: String
    var headers: String
    var body: String

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next()
        target = try row.next()
        headers = String(decoding: try row.next([UInt8].self), as: UTF8.self)
        body = String(decoding: try row.next([UInt8].self), as: UTF8.self)
    }
}

/// Reads what a tenant's hooks say, as long as it is there: until they are delivered.
struct InboxExportStore: Sendable {
    /// How many hooks are held at a time; each has a megabyte at most.
    private static let batch: Int32 = 8
    /// The longest that one statement over a tenant's hooks may take.
    private static let patience = Duration.seconds(300)

    private let rows: TenantDatabase
    private var tenant: TenantID { rows.tenant }

    init(_ database: TenantDatabase) { rows = database.within(Self.patience) }

    /// Gives the hooks, all or those that name somebody, in the order of their ids.
    func read(naming pattern: String?, _ take: (GivenHook) async throws -> Void) async throws {
        try await page(take) { last in
            """
            SELECT hook.id, hook.service, hook.provider, hook.connection_id, hook.received_at, hook.state,
                payload.method, payload.target, payload.body
            FROM inbox_payloads AS payload
            JOIN inbox AS hook ON hook.tenant_id = \(tenant) AND hook.id = payload.hook_id
            WHERE payload.tenant_id = \(tenant) AND (\(last) IS NULL OR payload.hook_id > \(last))
              AND (\(pattern) IS NULL OR inbox_names(payload.target, payload.headers, payload.body, \(pattern)))
            ORDER BY payload.hook_id LIMIT \(Self.batch)
            """
        }
    }

    /// Gives all that the hooks say, their headers too.
    func readTexts(_ take: (HookText) async throws -> Void) async throws {
        try await page(take) { last in
            """
            SELECT hook_id, target, headers, body FROM inbox_payloads
            WHERE tenant_id = \(tenant) AND (\(last) IS NULL OR hook_id > \(last))
            ORDER BY hook_id LIMIT \(Self.batch)
            """
        }
    }

    /// Reads batch after batch, each beginning after the last hook of the one before.
    private func page<Hook: PostgresRowDecodable & Identifiable<HookID>>(
        _ take: (Hook) async throws -> Void, _ statement: (_ last: HookID?) -> SQL
    ) async throws {
        var last: HookID?
        repeat {
            let found = try await rows.query(statement(last), as: Hook.self)
            for hook in found { try await take(hook) }
            last = found.last?.id
        } while last != nil
    }
}
