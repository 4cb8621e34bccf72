import Models
import Postgres

/// A recording that comes in parts.
struct PartedUpload: Sendable {
    var id: UploadID
    var callID: CallID
    var bytes: Int64
    var received: Int64
    /// The names of the parts that are here, in order; empty again once the recording is taken in.
    var parts: [String]
    var agentChannel: Int?
    var transcribes: Bool
    var expiresAt: Timestamp

    var isWhole: Bool { received == bytes }
    var isComplete: Bool { isWhole && parts.isEmpty }
}

/// The rows of such uploads; their parts are in the blob store before a row names them.
struct UploadStore: Sendable {
    /// At once, of one tenant.
    static let most = 200
    private static let lifetime = Duration.seconds(24 * 3_600)

    let database: Database

    /// Nil when the tenant has too many of them.
    func create(
        _ wanted: CallsAPI.CreateUpload, by creator: UserID, in tenant: TenantID
    ) async throws -> PartedUpload? {
        try await database.tenant(tenant).first(
            """
            INSERT INTO recording_uploads (tenant_id, id, call_id, bytes, agent_channel, transcribes, created_by,
                expires_at)
            SELECT \(tenant), \(UploadID.make()), \(wanted.callID), \(wanted.bytes),
                \(wanted.agentChannel.map(Int32.init)), \(wanted.transcribe ?? false), \(creator),
                now() + \(Self.lifetime)
            WHERE (SELECT count(*) FROM recording_uploads WHERE tenant_id = \(tenant)) < \(Self.most)
            RETURNING \(unescaped: PartedUpload.columns)
            """, as: PartedUpload.self)
    }

    func find(_ id: UploadID, in tenant: TenantID) async throws -> PartedUpload? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: PartedUpload.columns) FROM recording_uploads
            WHERE tenant_id = \(tenant) AND id = \(id) AND expires_at > now()
            """, as: PartedUpload.self)
    }

    /// Names a part that is safe, which gives the rest a day more; nil when another one was quicker.
    func add(
        part: String, bytes: Int64, at offset: Int64, to id: UploadID, in tenant: TenantID
    ) async throws -> PartedUpload? {
        try await database.tenant(tenant).first(
            """
            UPDATE recording_uploads SET received_bytes = received_bytes + \(bytes), parts = parts || \([part]),
                expires_at = now() + \(Self.lifetime)
            WHERE tenant_id = \(tenant) AND id = \(id) AND received_bytes = \(offset)
              AND received_bytes + \(bytes) <= bytes
            RETURNING \(unescaped: PartedUpload.columns)
            """, as: PartedUpload.self)
    }

    /// Says that the recording was taken in; the row stays for whoever missed the answer.
    func finish(_ id: UploadID, in tenant: TenantID) async throws -> PartedUpload? {
        try await database.tenant(tenant).first(
            """
            UPDATE recording_uploads SET parts = '{}' WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(unescaped: PartedUpload.columns)
            """, as: PartedUpload.self)
    }

    func delete(_ id: UploadID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            "DELETE FROM recording_uploads WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    /// Uploads of all tenants whose time is over.
    func expired(limit: Int) async throws -> [(tenant: TenantID, id: UploadID)] {
        try await database.query("SELECT tenant_id, id FROM expired_uploads(\(Int32(clamping: limit)))") { row in
            (tenant: try row.next(TenantID.self), id: try row.next(UploadID.self))
        }
    }
}

extension PartedUpload: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, bytes, received_bytes, parts, agent_channel, transcribes, expires_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(UploadID.self)
        callID = try row.next(CallID.self)
        bytes = try row.next(Int64.self)
        received = try row.next(Int64.self)
        parts = try row.next([String].self)
        agentChannel = try row.next(Int32?.self).map(Int.init)
        transcribes = try row.next(Bool.self)
        expiresAt = try row.next(Timestamp.self)
    }
}
