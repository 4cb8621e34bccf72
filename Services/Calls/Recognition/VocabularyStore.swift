import Models
import Postgres

/// The words that a tenant's engines are told to expect.
struct VocabularyStore: Sendable {
    let database: Database

    /// Version 0 for a tenant that has named none.
    func find(in tenant: TenantID) async throws -> CallsAPI.Vocabulary {
        let found = try await database.tenant(tenant).first(
            "SELECT version, terms FROM call_vocabularies WHERE tenant_id = \(tenant)", Self.read)
        return found ?? CallsAPI.Vocabulary(version: 0, terms: [])
    }

    /// Nil when another version is there; a version of nil is any.
    func set(_ terms: [String], version: Int64?, in tenant: TenantID) async throws -> CallsAPI.Vocabulary? {
        try await database.tenant(tenant).first(
            """
            INSERT INTO call_vocabularies AS v (tenant_id, terms)
            SELECT \(tenant), \(terms) WHERE coalesce(\(version), 0) = 0
                OR EXISTS (SELECT FROM call_vocabularies WHERE tenant_id = \(tenant))
            ON CONFLICT ON CONSTRAINT call_vocabularies_pkey
            DO UPDATE SET terms = excluded.terms, version = v.version + 1, updated_at = now()
            WHERE \(version)::bigint IS NULL OR v.version = \(version)
            RETURNING version, terms
            """, Self.read)
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.Vocabulary = { row in
        CallsAPI.Vocabulary(version: try row.next(Int64.self), terms: try row.next([String].self))
    }
}
