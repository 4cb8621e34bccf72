import Models
import Postgres

/// A tenant's own types of consent.
enum ConsentTypeStore {
    private static let most = 50
    private static let columns: StaticString = "key, name, meaning, channels, purposes, version, retired_at"

    static func list(in tenant: TenantID, _ database: some SQLExecutor) async throws -> ConsentTypes {
        ConsentTypes(
            own: try await database.query(
                "SELECT \(unescaped: columns) FROM consent_types WHERE tenant_id = \(tenant) ORDER BY created_at, key",
                read))
    }

    static func add(
        _ asked: CallsAPI.CreateConsentType, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.ConsentType {
        let made = try await database.first(
            """
            INSERT INTO consent_types (tenant_id, key, name, meaning, channels, purposes)
            SELECT \(tenant), \(asked.key), \(asked.name), \(asked.meaning ?? ""), \(asked.channels.map(\.rawValue)),
                \(asked.purposes.map(\.rawValue))
            WHERE (SELECT count(*) FROM consent_types WHERE tenant_id = \(tenant)) < \(most)
            ON CONFLICT ON CONSTRAINT consent_types_pkey DO NOTHING
            RETURNING \(unescaped: columns)
            """, read)
        guard let made else { throw Failure(.conflict, "The key is taken, or there are \(most) types already.") }
        return made
    }

    static func update(
        _ key: String, _ asked: CallsAPI.UpdateConsentType, version: Int64?, in tenant: TenantID,
        _ database: some SQLExecutor
    ) async throws -> CallsAPI.ConsentType {
        let changed = try await database.first(
            """
            UPDATE consent_types SET name = coalesce(\(asked.name), name), meaning = coalesce(\(asked.meaning), meaning),
                channels = coalesce(\(asked.channels?.map(\.rawValue)), channels),
                purposes = coalesce(\(asked.purposes?.map(\.rawValue)), purposes),
                retired_at = CASE \(asked.retired) WHEN true THEN coalesce(retired_at, now()) WHEN false THEN NULL
                    ELSE retired_at END,
                version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND key = \(key) AND (\(version)::bigint IS NULL OR version = \(version))
            RETURNING \(unescaped: columns)
            """, read)
        if let changed { return changed }
        guard try await list(in: tenant, database).own.contains(where: { $0.key == key }) else {
            throw Failure(.notFound)
        }
        throw Failure(.preconditionFailed)
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.ConsentType = { row in
        CallsAPI.ConsentType(
            key: try row.next(String.self), name: try row.next(String.self), meaning: try row.next(String.self),
            channels: try row.next([String].self).compactMap(ContactChannel.init(rawValue:)),
            purposes: try row.next([String].self).compactMap(ContactPurpose.init(rawValue:)), own: true,
            version: try row.next(Int64.self), retiredAt: try row.next(Timestamp?.self))
    }
}
