import JSON
import Models
import Postgres

/// The tenants' rows, with their entitlements and settings.
struct TenantStore {
    let rows: any SQLExecutor

    /// Constraint names and what their violation means to the caller.
    static func failure(_ error: PostgresError) -> any Error {
        error.constraint == "tenants_subdomain_key" ? Failure(.subdomainTaken) : error
    }

    /// Makes the tenant's row, its entitlements and its settings; 409 `subdomain_taken`.
    func create(_ draft: TenantDraft, entitlements: Entitlements) async throws -> Tenant {
        let document = try JSONText(encoding: entitlements)
        do {
            let made = try await rows.first(
                """
                WITH tenant AS (
                    INSERT INTO tenants (tenant_id, name, subdomain, plan, phone_system, time_zone, country, language)
                    VALUES (\(draft.id), \(draft.name), \(draft.subdomain), \(draft.plan.rawValue),
                            \(draft.phoneSystem.rawValue), \(draft.timeZone), \(draft.country), \(draft.language))
                    RETURNING *
                ), entitled AS (
                    INSERT INTO entitlements (tenant_id, document) SELECT tenant_id, \(document)::jsonb FROM tenant
                ), configured AS (
                    INSERT INTO tenant_settings (tenant_id) SELECT tenant_id FROM tenant
                )
                SELECT \(unescaped: Tenant.columns) FROM tenant
                """, as: Tenant.self)
            guard let made else { throw Failure(.internal) }
            // After the row is there, so that whoever gives this name up at the same time has done it or waits.
            try await RenameStore(rows: rows).claim(draft.subdomain, for: draft.id)
            return made
        } catch let error as PostgresError {
            throw Self.failure(error)
        }
    }

    /// Whether the database knows a zone; names come and go with the IANA releases.
    func knowsTimeZone(_ name: String) async throws -> Bool {
        try await rows.first("SELECT 1 FROM pg_timezone_names WHERE name = \(name)") != nil
    }

    func find(_ id: TenantID) async throws -> Tenant? {
        try await rows.first(
            """
            SELECT \(unescaped: Tenant.columns) FROM tenants WHERE tenant_id = \(id)
            """, as: Tenant.self)
    }

    func entitlements(of id: TenantID) async throws -> Entitlements? {
        let row = try await rows.first(
            """
            SELECT effective_entitlements(document, limits, disabled_features) FROM entitlements WHERE tenant_id = \(id)
            """, as: DocumentRow.self)
        return try row.map { try $0.document.decode(Entitlements.self) }
    }

    /// The same, locked to the end of the transaction: whoever gives away seats comes one after another.
    func lockEntitlements(of id: TenantID) async throws -> Entitlements? {
        let row = try await rows.first(
            """
            SELECT effective_entitlements(document, limits, disabled_features) FROM entitlements
            WHERE tenant_id = \(id) FOR UPDATE
            """, as: DocumentRow.self)
        return try row.map { try $0.document.decode(Entitlements.self) }
    }

    /// Replaces what the plan gives; limits and switches stay.
    func setEntitlements(_ entitlements: Entitlements, of id: TenantID) async throws -> Bool {
        let document = try JSONText(encoding: entitlements)
        return try await rows.execute(
            """
            UPDATE entitlements SET document = \(document)::jsonb, updated_at = now() WHERE tenant_id = \(id)
            """) == 1
    }

    /// Moves an active tenant to suspended; nil when it is not active.
    func suspend(_ id: TenantID) async throws -> Tenant? { try await move(id, from: .active, to: .suspended) }

    /// Moves a suspended tenant back to active; nil when it is not suspended.
    func resume(_ id: TenantID) async throws -> Tenant? { try await move(id, from: .suspended, to: .active) }

    private func move(_ id: TenantID, from: TenantStatus, to: TenantStatus) async throws -> Tenant? {
        try await rows.first(
            """
            UPDATE tenants
            SET status = \(to.rawValue), updated_at = now(), version = version + 1,
                suspended_at = CASE WHEN \(to.rawValue) = 'suspended' THEN now() END
            WHERE tenant_id = \(id) AND status = \(from.rawValue)
            RETURNING \(unescaped: Tenant.columns)
            """, as: Tenant.self)
    }

    /// A page of all tenants but the platform; for super admins.
    func list(_ filter: TenantFilter, _ page: RowPage) async throws -> [Tenant] {
        try await rows.query(
            """
            SELECT \(unescaped: Tenant.columns)
            FROM platform_find_tenants(
                \(filter.search), \(filter.status?.rawValue), \(filter.plan?.rawValue), \(page.isDescending), \(page.at),
                \(page.id), \(Int32(page.limit)), \(Int32(page.offset)))
            """, as: Tenant.self)
    }

    /// The same by when somebody last signed in, or else by when the tenant was made.
    func listByActivity(_ filter: TenantFilter, _ page: RowPage) async throws -> [Tenant] {
        try await rows.query(
            """
            SELECT \(unescaped: Tenant.columns)
            FROM platform_find_tenants_by_activity(
                \(filter.search), \(filter.status?.rawValue), \(filter.plan?.rawValue), \(page.isDescending), \(page.at),
                \(page.id), \(Int32(page.limit)), \(Int32(page.offset)))
            """, as: Tenant.self)
    }

    /// When somebody of each tenant last signed in; those in which nobody has are left out.
    func activity(of ids: [TenantID]) async throws -> [TenantID: Timestamp] {
        let found = try await rows.query("SELECT owner, active_at FROM platform_tenant_activity(\(ids))") { row in
            (owner: try row.next(TenantID.self), at: try row.next(Timestamp.self))
        }
        return Dictionary(found.map { ($0.owner, $0.at) }) { first, _ in first }
    }

    /// How many tenants a search finds, counted up to `bound`.
    func count(_ filter: TenantFilter, bound: Int) async throws -> Int {
        try await rows.value(
            """
            SELECT platform_count_found_tenants(
                \(filter.search), \(filter.status?.rawValue), \(filter.plan?.rawValue), \(Int32(bound)))
            """, as: Int.self) ?? 0
    }
}

/// What a list of tenants can be narrowed by.
struct TenantFilter: Codable, Sendable {
    /// A part of the name, the subdomain or an owner's address, in any case.
    var search: String?
    var status: TenantStatus?
    var plan: Plan?
}

extension Tenant: PostgresRowDecodable {
    static let columns: StaticString = """
        tenant_id, name, subdomain, plan, phone_system, status, time_zone, country, language, created_at, updated_at,
        suspended_at, version, notes, delete_after
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(TenantID.self)
        name = try row.next(String.self)
        subdomain = try row.next(String.self)
        plan = try row.next(Plan.self)
        phoneSystem = try row.next(PhoneSystem.self)
        status = try row.next(TenantStatus.self)
        timeZone = try row.next(String.self)
        country = try row.next(String.self)
        language = try row.next(String.self)
        createdAt = try row.next(Timestamp.self)
        updatedAt = try row.next(Timestamp.self)
        suspendedAt = try row.next(Timestamp?.self)
        version = try row.next(Int64.self)
        notes = try row.next(String.self)
        deleteAfter = try row.next(Timestamp?.self)
    }
}

private struct DocumentRow: PostgresRowDecodable {
    let document: JSONText

    init(row: inout RowReader) throws(PostgresError) { document = try row.next(JSONText.self) }
}
