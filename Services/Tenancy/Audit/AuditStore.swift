import FoundationEssentials
import JSON
import Models
import Postgres

/// The audit log's rows: appended and read, never changed.
struct AuditStore {
    let rows: any SQLExecutor

    /// Appends an entry and its erasable details in one statement.
    func append(_ entry: AuditEntry, in tenant: TenantID) async throws {
        let actor = AuditRow.columns(of: entry.actor)
        let id = AuditID.make()
        try await rows.execute(
            """
            WITH written AS (
                INSERT INTO audit_log
                    (tenant_id, id, actor_kind, actor_id, actor_service, impersonator, action, subject, request_id)
                VALUES (\(tenant), \(id), \(actor.kind), \(actor.id), \(actor.service), \(actor.impersonator),
                        \(entry.action), \(entry.subject), \(entry.requestID))
            )
            INSERT INTO audit_details (tenant_id, audit_id, address, before, after)
            VALUES (\(tenant), \(id), \(entry.address), \(entry.before)::jsonb, \(entry.after)::jsonb)
            """)
    }

    /// Appends an entry to the platform's own log, in whatever tenant's transaction the deed is done.
    func appendToPlatform(_ entry: AuditEntry) async throws {
        let actor = AuditRow.columns(of: entry.actor)
        try await rows.execute(
            """
            SELECT platform_append_audit(
                \(AuditID.make()), \(actor.kind), \(actor.id), \(actor.service), \(entry.action),
                \(entry.subject), \(entry.requestID), \(entry.address))
            """)
    }

    /// A page of entries.
    func list(
        _ filter: AuditFilter, _ page: RowPage, zone: TimeZoneName = .utc, in tenant: TenantID
    ) async throws -> [AuditRow] {
        try await rows.query(
            """
            SELECT l.id, l.occurred_at, l.actor_kind, l.actor_id, l.actor_service, l.impersonator, l.action, l.subject,
                   l.request_id, d.address, d.before, d.after
            FROM audit_log AS l
            LEFT JOIN audit_details AS d ON d.tenant_id = l.tenant_id AND d.audit_id = l.id
            WHERE \(Self.chosen(filter, zone, tenant))
              AND (l.occurred_at, l.id) \(unescaped: page.beyond) (\(page.at), \(page.id))
            ORDER BY l.occurred_at \(unescaped: page.direction), l.id \(unescaped: page.direction)
            LIMIT \(page.limit) OFFSET \(page.offset)
            """, as: AuditRow.self)
    }

    /// How many entries a filter finds, counted up to a bound.
    func count(
        _ filter: AuditFilter, zone: TimeZoneName = .utc, bound: Int, in tenant: TenantID
    ) async throws -> Int {
        try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM audit_log AS l WHERE \(Self.chosen(filter, zone, tenant)) LIMIT \(bound)
            ) AS counted
            """, as: Int.self) ?? 0
    }

    private static func chosen(_ filter: AuditFilter, _ zone: TimeZoneName, _ tenant: TenantID) -> SQL {
        var sql: SQL = "l.tenant_id = \(tenant)"
        if let action = filter.action { sql = "\(sql) AND l.action = \(action)" }
        if let subject = filter.subject { sql = "\(sql) AND l.subject = \(subject)" }
        if let actor = filter.actor { sql = "\(sql) AND l.actor_id::text = \(actor)" }
        if let kind = filter.actorKind { sql = "\(sql) AND l.actor_kind = \(kind)" }
        if let isOther = filter.impersonated { sql = "\(sql) AND (l.impersonator IS NOT NULL) = \(isOther)" }
        if let instant = filter.occurredAfter { sql = "\(sql) AND l.occurred_at >= \(instant)" }
        if let instant = filter.occurredBefore { sql = "\(sql) AND l.occurred_at < \(instant)" }
        if let day = filter.fromDate {
            sql = "\(sql) AND l.occurred_at >= \(day)::timestamp AT TIME ZONE \(zone.name)"
        }
        if let day = filter.toDate {
            sql = "\(sql) AND l.occurred_at < (\(day)::date + 1)::timestamp AT TIME ZONE \(zone.name)"
        }
        return sql
    }
}

/// An entry as it lies in the log.
struct AuditRow: PostgresRowDecodable {
    let id: AuditID
    let occurredAt: Timestamp
    let actorKind: String
    let actorID: UUID?
    let actorService: String?
    let impersonator: UserID?
    let action: String
    let subject: String
    let requestID: String?
    let address: String?
    let before: JSONText?
    let after: JSONText?

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(AuditID.self)
        occurredAt = try row.next(Timestamp.self)
        actorKind = try row.next(String.self)
        actorID = try row.next(UUID?.self)
        actorService = try row.next(String?.self)
        impersonator = try row.next(UserID?.self)
        action = try row.next(String.self)
        subject = try row.next(String.self)
        requestID = try row.next(String?.self)
        address = try row.next(String?.self)
        before = try row.next(JSONText?.self)
        after = try row.next(JSONText?.self)
    }

    /// How an actor is written down.
    static func columns(
        of actor: AuditEntry.Actor
    ) -> (kind: String, id: UUID?, service: String?, impersonator: UUID?) {
        switch actor {
        case .user(let id, let impersonator): ("user", id.uuid, nil, impersonator?.uuid)
        case .apiKey(let id): ("api_key", id.uuid, nil, nil)
        case .service(let name): ("service", nil, name.rawValue, nil)
        case .operator: ("operator", nil, nil, nil)
        case .anonymous: ("anonymous", nil, nil, nil)
        }
    }
}
