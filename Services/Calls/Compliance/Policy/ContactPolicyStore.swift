import JSON
import Models
import Postgres

/// The policies' rows.
enum ContactPolicyStore {
    static func find(
        in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.ContactPolicyState {
        try await database.first(
            "SELECT document, version, updated_at, updated_by FROM contact_policies WHERE tenant_id = \(tenant)", read)
            ?? CallsAPI.ContactPolicyState(
                policy: .init(), defaults: EffectivePolicy.defaults, version: 0, updatedAt: nil, updatedBy: nil)
    }

    /// Replaces the policy; a version of 0 is that of a tenant that has none, and nil is any.
    static func put(
        _ policy: CallsAPI.ContactPolicy, version: Int64?, by user: UserID?, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws -> CallsAPI.ContactPolicyState {
        let document = try JSONText(encoding: policy)
        let changed = try await transaction.first(
            """
            INSERT INTO contact_policies AS p (tenant_id, document, updated_by)
            SELECT \(tenant), \(document), \(user)
            WHERE coalesce(\(version)::bigint, 0) = 0 OR EXISTS (SELECT FROM contact_policies WHERE tenant_id = \(tenant))
            ON CONFLICT ON CONSTRAINT contact_policies_pkey DO UPDATE SET document = excluded.document,
                version = p.version + 1, updated_at = now(), updated_by = excluded.updated_by
                WHERE \(version)::bigint IS NULL OR p.version = \(version)
            RETURNING document, version, updated_at, updated_by
            """, read)
        guard let changed else { throw Failure(.preconditionFailed) }
        return changed
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.ContactPolicyState = { row in
        CallsAPI.ContactPolicyState(
            policy: try row.next(JSONText.self).decode(CallsAPI.ContactPolicy.self), defaults: EffectivePolicy.defaults,
            version: try row.next(Int64.self), updatedAt: try row.next(Timestamp?.self),
            updatedBy: try row.next(UserID?.self))
    }
}
