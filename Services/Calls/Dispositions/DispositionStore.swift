import Models
import Postgres

/// The dispositions' rows.
struct DispositionStore: Sendable {
    let rows: any SQLExecutor

    /// All dispositions in order, those that are retired at the end; a tenant's first look gives it the product's.
    func list(isRetired: Bool, in tenant: TenantID) async throws -> [Disposition] {
        try await seed(in: tenant)
        return try await rows.query(
            """
            SELECT \(unescaped: Disposition.columns) FROM call_dispositions
            WHERE tenant_id = \(tenant) AND (\(isRetired) OR retired_at IS NULL)
            ORDER BY retired_at IS NOT NULL, position, id
            """, as: Disposition.self)
    }

    func find(_ id: DispositionID, in tenant: TenantID) async throws -> Disposition? {
        try await rows.first(
            """
            SELECT \(unescaped: Disposition.columns) FROM call_dispositions
            WHERE tenant_id = \(tenant) AND id = \(id)
            """, as: Disposition.self)
    }

    /// 409 when one that can be chosen is called so, or when there are too many.
    func create(_ wanted: CallsAPI.CreateDisposition, in tenant: TenantID) async throws -> Disposition {
        try await seed(in: tenant)
        let made = try await named {
            try await rows.first(
                """
                INSERT INTO call_dispositions (tenant_id, id, name, category, position)
                SELECT \(tenant), \(DispositionID.make()), \(wanted.name), \(wanted.category.rawValue),
                    (SELECT coalesce(max(position), -1) + 1 FROM call_dispositions WHERE tenant_id = \(tenant))
                WHERE (SELECT count(*) FROM call_dispositions WHERE tenant_id = \(tenant)) < \(Disposition.most)
                RETURNING \(unescaped: Disposition.columns)
                """, as: Disposition.self)
        }
        guard let made else { throw Failure(.conflict, "There are \(Disposition.most) dispositions already.") }
        return made
    }

    /// Changes what is given; nil when there is none of this version.
    func update(
        _ wanted: CallsAPI.UpdateDisposition, version: Int64?, of id: DispositionID, in tenant: TenantID
    ) async throws -> Disposition? {
        try await named {
            try await rows.first(
                """
                UPDATE call_dispositions SET name = coalesce(\(wanted.name), name),
                    category = coalesce(\(wanted.category?.rawValue), category), version = version + 1, updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                RETURNING \(unescaped: Disposition.columns)
                """, as: Disposition.self)
        }
    }

    /// Takes a disposition out of the choice, or puts it back; nil when there is none of this version.
    func retire(
        _ id: DispositionID, _ isRetired: Bool, version: Int64?, in tenant: TenantID
    ) async throws -> Disposition? {
        try await named {
            try await rows.first(
                """
                UPDATE call_dispositions
                SET retired_at = CASE WHEN \(isRetired) THEN coalesce(retired_at, now()) END,
                    version = version + 1, updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                RETURNING \(unescaped: Disposition.columns)
                """, as: Disposition.self)
        }
    }

    /// Puts those that can be chosen into a new order; false when the ids are others than theirs.
    func order(_ ids: [DispositionID], in tenant: TenantID) async throws -> Bool {
        let known = try await list(isRetired: false, in: tenant).map(\.id)
        guard known.count == ids.count, Set(known) == Set(ids) else { return false }
        try await rows.execute(
            """
            UPDATE call_dispositions AS d SET position = wanted.place - 1, version = version + 1, updated_at = now()
            FROM unnest(\(ids)::uuid[]) WITH ORDINALITY AS wanted (id, place)
            WHERE d.tenant_id = \(tenant) AND d.id = wanted.id AND d.position <> wanted.place - 1
            """)
        return true
    }

    private func seed(in tenant: TenantID) async throws {
        let isSeeded = try await rows.value(
            "SELECT EXISTS (SELECT FROM call_dispositions WHERE tenant_id = \(tenant) AND preset IS NOT NULL)",
            as: Bool.self)
        guard isSeeded != true else { return }
        let presets = Disposition.presets
        try await rows.execute(
            """
            INSERT INTO call_dispositions (tenant_id, id, preset, name, category, position)
            SELECT \(tenant), made.id, made.preset, made.name, made.category, made.place - 1
            FROM unnest(\(presets.map { _ in DispositionID.make() })::uuid[], \(presets.map(\.preset))::text[],
                \(presets.map(\.name))::text[], \(presets.map(\.category.rawValue))::text[])
                WITH ORDINALITY AS made (id, preset, name, category, place)
            ON CONFLICT DO NOTHING
            """)
    }

    private func named<Success>(_ body: () async throws -> Success) async throws -> Success {
        do { return try await body() } catch let error as PostgresError {
            guard error.constraint == "call_dispositions_name_key" else { throw error }
            throw Failure(.conflict, "There is a disposition of this name.")
        }
    }
}
