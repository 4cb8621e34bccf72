import JSON
import Models
import Postgres

/// A rubric as it is kept.
struct StoredRubric: Sendable {
    var rubric: Rubric
    var isDefault: Bool
    var createdAt: Timestamp
    var updatedAt: Timestamp
}

/// Rubrics of tenants; the one from the start is in the program.
struct RubricStore: Sendable {
    /// So many rubrics are more than a team tells apart.
    static let most = 50

    let database: Database

    func list(in tenant: TenantID) async throws -> [StoredRubric] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: StoredRubric.columns) FROM call_rubrics WHERE tenant_id = \(tenant)
            ORDER BY created_at, id LIMIT \(Int32(Self.most))
            """, StoredRubric.read)
    }

    func find(_ id: RubricID, in tenant: TenantID) async throws -> StoredRubric? {
        try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: StoredRubric.columns) FROM call_rubrics WHERE tenant_id = \(tenant) AND id = \(id)
            """, StoredRubric.read)
    }

    /// By what calls are judged when nothing else is asked for.
    func standard(in tenant: TenantID) async throws -> Rubric {
        let chosen = try await database.tenant(tenant).first(
            """
            SELECT \(unescaped: StoredRubric.columns) FROM call_rubrics WHERE tenant_id = \(tenant) AND is_default
            """, StoredRubric.read)
        return chosen?.rubric ?? .standard
    }

    /// Adds a rubric; 409 when there are too many.
    func create(
        name: String, categories: [Rubric.Category], isDefault: Bool, in tenant: TenantID
    ) async throws -> StoredRubric {
        let lines = try JSONText(encoding: categories)
        return try await database.tenant(tenant).transaction { transaction in
            if isDefault { try await clearDefault(in: tenant, transaction) }
            let made = try await transaction.first(
                """
                INSERT INTO call_rubrics (tenant_id, id, name, categories, is_default)
                SELECT \(tenant), \(RubricID.make()), \(name), \(lines), \(isDefault)
                WHERE (SELECT count(*) FROM call_rubrics WHERE tenant_id = \(tenant)) < \(Self.most)
                RETURNING \(unescaped: StoredRubric.columns)
                """, StoredRubric.read)
            guard let made else { throw Failure(.conflict, "There are \(Self.most) rubrics, which is the most.") }
            return made
        }
    }

    /// Changes what is given; a version of nil is any.
    func update(
        _ id: RubricID, name: String?, categories: [Rubric.Category]?, isDefault: Bool?, version: Int64?,
        in tenant: TenantID
    ) async throws -> StoredRubric {
        let lines = try categories.map { try JSONText(encoding: $0) }
        let changed = try await database.tenant(tenant).transaction { transaction in
            if isDefault == true { try await clearDefault(in: tenant, transaction) }
            let row = try await transaction.first(
                """
                UPDATE call_rubrics SET name = coalesce(\(name), name),
                    categories = coalesce(\(lines), categories), is_default = coalesce(\(isDefault), is_default),
                    updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND (\(version)::bigint IS NULL OR version = \(version))
                RETURNING \(unescaped: StoredRubric.columns)
                """, StoredRubric.read)
            guard let row else { throw Failure(.preconditionFailed) }
            return row
        }
        return changed
    }

    /// Removes a rubric; analyses keep what they were judged by.
    func delete(_ id: RubricID, version: Int64?, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).execute(
            """
            DELETE FROM call_rubrics
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(version)::bigint IS NULL OR version = \(version))
            """) > 0
    }

    private func clearDefault(in tenant: TenantID, _ transaction: Transaction) async throws {
        try await transaction.execute(
            "UPDATE call_rubrics SET is_default = false WHERE tenant_id = \(tenant) AND is_default")
    }
}

extension StoredRubric {
    static let columns: StaticString = "id, version, name, categories, is_default, created_at, updated_at"

    static let read: @Sendable (inout RowReader) throws -> StoredRubric = { row in
        let (id, version) = (try row.next(RubricID.self), try row.next(Int64.self))
        let (name, categories) = (try row.next(String.self), try row.next(JSONText.self))
        return StoredRubric(
            rubric: Rubric(
                id: id, version: version, name: name, categories: try categories.decode([Rubric.Category].self)),
            isDefault: try row.next(Bool.self), createdAt: try row.next(Timestamp.self),
            updatedAt: try row.next(Timestamp.self))
    }
}
