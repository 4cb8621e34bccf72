import JSON
import Models
import Postgres

/// The lines' rows.
struct LineStore {
    let rows: any SQLExecutor

    /// Whose a call is that names this end of ours at this time; nil when the line is unknown.
    ///
    /// A line of the call's own source comes before one of all sources.
    func agent(
        for value: String, source: String, at instant: Timestamp, in tenant: TenantID
    ) async throws -> LineAssignment? {
        try await rows.first(
            """
            SELECT id, agent_id, team FROM lines
            WHERE tenant_id = \(tenant) AND value = \(value) AND source IN (\(source), \(Line.anySource))
              AND deleted_at IS NULL AND (valid_from IS NULL OR valid_from <= \(instant)) AND (valid_to IS NULL OR valid_to > \(instant))
            ORDER BY source = \(Line.anySource) LIMIT 1
            """, as: LineAssignment.self)
    }

    /// The line of a number that was called.
    func line(
        for value: String, source: String, at instant: Timestamp, in tenant: TenantID
    ) async throws -> Line? {
        try await rows.first(
            """
            SELECT \(unescaped: Line.columns) FROM lines
            WHERE tenant_id = \(tenant) AND value = \(value) AND source IN (\(source), \(Line.anySource))
              AND deleted_at IS NULL AND (valid_from IS NULL OR valid_from <= \(instant))
              AND (valid_to IS NULL OR valid_to > \(instant))
            ORDER BY source = \(Line.anySource) LIMIT 1
            """, as: Line.self)
    }

    func find(_ id: LineID, in tenant: TenantID) async throws -> Line? {
        try await rows.first(
            """
            SELECT \(unescaped: Line.columns) FROM lines
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL
            """, as: Line.self)
    }

    /// A page in the order of creation.
    func list(
        _ filter: LineFilter, _ order: RowOrderStore, in tenant: TenantID
    ) async throws -> (lines: [Line], total: Int) {
        var condition: SQL = "tenant_id = \(tenant) AND deleted_at IS NULL"
        if let value = filter.value { condition = "\(condition) AND value = \(value)" }
        if let agent = filter.agentID { condition = "\(condition) AND agent_id = \(agent)" }
        if let team = filter.team { condition = "\(condition) AND team = \(team)" }
        if let instant = filter.validAt {
            condition = """
                \(condition) AND (valid_from IS NULL OR valid_from <= \(instant))
                AND (valid_to IS NULL OR valid_to > \(instant))
                """
        }
        let lines = try await rows.query(
            """
            SELECT \(unescaped: Line.columns) FROM lines WHERE \(condition)
            \(order.start("created_at", "id"))\(order.end("created_at", "id"))
            """, as: Line.self)
        let total = try await rows.value("SELECT count(*) FROM lines WHERE \(condition)", as: Int.self) ?? 0
        return (lines, total)
    }

    /// 409 when another line of the same name and source is valid at the same time.
    func create(_ line: Line, in tenant: TenantID) async throws -> Line {
        try await refuseOverlap(line, in: tenant)
        let made = try await rows.first(
            """
            INSERT INTO lines (tenant_id, id, source, value, label, agent_id, team, valid_from, valid_to, routing,
                agent_channel)
            VALUES (\(tenant), \(line.id), \(line.source), \(line.value), \(line.label), \(line.agentID), \(line.team),
                \(line.validFrom), \(line.validTo), \(try line.routing.map { try JSONText(encoding: $0) }),
                \(line.agentChannel.map(Int32.init)))
            RETURNING \(unescaped: Line.columns)
            """, as: Line.self)
        guard let made else { throw Failure(.internal) }
        return made
    }

    /// Nil for another version.
    func update(_ line: Line, version: Int64?, in tenant: TenantID) async throws -> Line? {
        try await refuseOverlap(line, in: tenant)
        return try await rows.first(
            """
            UPDATE lines SET label = \(line.label), agent_id = \(line.agentID), team = \(line.team),
                valid_from = \(line.validFrom), valid_to = \(line.validTo),
                routing = \(try line.routing.map { try JSONText(encoding: $0) }),
                agent_channel = \(line.agentChannel.map(Int32.init)), version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(line.id) AND deleted_at IS NULL AND version = coalesce(\(version), \(line.version))
            RETURNING \(unescaped: Line.columns)
            """, as: Line.self)
    }

    /// The line that is none any more; nil for another version.
    func delete(_ id: LineID, version: Int64?, in tenant: TenantID) async throws -> Line? {
        try await rows.first(
            """
            UPDATE lines SET deleted_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL AND version = coalesce(\(version), version)
            RETURNING \(unescaped: Line.columns)
            """, as: Line.self)
    }

    /// The name of a line, even of one that is none any more.
    func value(of id: LineID, in tenant: TenantID) async throws -> String? {
        try await rows.value("SELECT value FROM lines WHERE tenant_id = \(tenant) AND id = \(id)", as: String.self)
    }

    /// Takes the row away once nothing names it.
    func purge(_ id: LineID, in tenant: TenantID) async throws {
        try await rows.execute(
            "DELETE FROM lines WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NOT NULL")
    }

    /// Lines of one name are written one after another, so that none can slip in beside the look.
    private func refuseOverlap(_ line: Line, in tenant: TenantID) async throws {
        try await rows.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(\("line/\(tenant)/\(line.value)"), 0))")
        let other = try await rows.value(
            """
            SELECT count(*) FROM lines
            WHERE tenant_id = \(tenant) AND value = \(line.value) AND source = \(line.source) AND id <> \(line.id)
              AND deleted_at IS NULL AND tstzrange(valid_from, valid_to) && tstzrange(\(line.validFrom), \(line.validTo))
            """, as: Int.self)
        if other ?? 0 > 0 { throw Failure(.conflict, "Another line of this name is valid at the same time.") }
    }
}

/// Which lines a list holds.
struct LineFilter: Sendable {
    var value: String?
    var agentID: UserID?
    var team: String?
    var validAt: Timestamp?
}
