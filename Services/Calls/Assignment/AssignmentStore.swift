import JSON
import Models
import Postgres

/// What an assignment is decided by.
struct AssignmentWish: Sendable {
    var callID: CallID?
    var postalCode: String?
    /// The base of a BCP 47 tag, such as `de`.
    var language: String?
    /// In lower case.
    var skills: [String]
    var mustMatchSkills: Bool
    var mustMatchLanguage: Bool
    var among: [UserID]?
}

/// Chooses who gets a call, and writes down why.
struct AssignmentStore: Sendable {
    let tenant: TenantID

    /// What the one statement has found.
    struct Choice: Sendable {
        var people = 0
        var available = 0
        /// Those who may be chosen, and how many of them meet what.
        var eligible = 0
        var withSkills = 0
        var withLanguage = 0
        var withTerritory = 0
        var mostOpen = 0
        var userID: UserID?
        var hasSkills = false
        var speaks = false
        var isInTerritory = false
        var open = 0
    }

    /// The best of all: available, skilled, speaking, in the territory, with the fewest calls, longest without one.
    ///
    /// All is one statement: of two calls at once the second sees what the first was given, since `isFinal` waits for the
    /// tenant's other choices. Without it nothing changes.
    func choose(_ wish: AssignmentWish, isFinal: Bool, _ transaction: Transaction) async throws -> Choice {
        if isFinal {
            _ = try await transaction.batch([
                "SELECT pg_advisory_xact_lock(hashtextextended('assignments' || \(tenant)::text, 0))::text"
            ])
        }
        let found = try await transaction.first(
            """
            WITH people AS MATERIALIZED (
                SELECT a.user_id, a.last_assigned_at, o.open, \(AgentStore.isAvailable) AS is_available,
                    \(wish.skills) <@ a.skills AS has_skills,
                    \(wish.language)::text IS NULL OR EXISTS (
                        SELECT FROM unnest(a.languages) AS l WHERE split_part(l, '-', 1) = \(wish.language)) AS speaks,
                    \(wish.postalCode)::text IS NULL OR EXISTS (
                        SELECT FROM unnest(a.territory) AS z WHERE z = \(wish.postalCode)
                        OR (right(z, 1) = '*' AND starts_with(\(wish.postalCode), left(z, -1)))) AS is_in_territory
                FROM \(AgentStore(tenant: tenant).joined(wish.callID))
                WHERE a.tenant_id = \(tenant) AND a.status = 'active' AND \(chosen(from: wish.among))
            ), eligible AS (
                SELECT * FROM people WHERE is_available AND (has_skills OR NOT \(wish.mustMatchSkills))
                    AND (speaks OR NOT \(wish.mustMatchLanguage))
            ), chosen AS (
                SELECT * FROM eligible ORDER BY has_skills DESC, speaks DESC, is_in_territory DESC, open,
                    last_assigned_at NULLS FIRST, user_id LIMIT 1
            ), moved AS (
                UPDATE agents AS a SET last_assigned_at = clock_timestamp() FROM chosen
                WHERE \(isFinal) AND a.tenant_id = \(tenant) AND a.user_id = chosen.user_id
            ), given AS (
                UPDATE calls AS c SET agent_id = chosen.user_id, line_id = NULL, language = coalesce(c.language, \(wish.language)),
                    updated_at = now(), version = c.version + 1 FROM chosen
                WHERE \(isFinal) AND c.tenant_id = \(tenant) AND c.id = \(wish.callID) AND c.deleted_at IS NULL
            )
            SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM people WHERE is_available), e.eligible, e.skilled,
                e.speaking, e.inside, e.most, c.user_id, c.has_skills, c.speaks, c.is_in_territory, c.open
            FROM (SELECT count(*) AS eligible, count(*) FILTER (WHERE has_skills) AS skilled,
                    count(*) FILTER (WHERE speaks) AS speaking, count(*) FILTER (WHERE is_in_territory) AS inside,
                    coalesce(max(open), 0) AS most FROM eligible) AS e
            LEFT JOIN chosen AS c ON true
            """, Self.read)
        return found ?? Choice()
    }

    private func chosen(from among: [UserID]?) -> SQL {
        guard let among else {
            // Owners and admins take calls where there is nobody else.
            return """
                (a.role = 'agent' OR NOT EXISTS (SELECT FROM agents AS g WHERE g.tenant_id = \(tenant)
                    AND g.role = 'agent' AND g.status = 'active'))
                """
        }
        return "a.user_id = ANY (\(among))"
    }

    private static let read: @Sendable (inout RowReader) throws -> Choice = { row in
        var choice = Choice()
        choice.people = try row.next(Int.self)
        choice.available = try row.next(Int.self)
        choice.eligible = try row.next(Int.self)
        choice.withSkills = try row.next(Int.self)
        choice.withLanguage = try row.next(Int.self)
        choice.withTerritory = try row.next(Int.self)
        choice.mostOpen = try row.next(Int.self)
        choice.userID = try row.next(UserID?.self)
        choice.hasSkills = try row.next(Bool?.self) ?? false
        choice.speaks = try row.next(Bool?.self) ?? false
        choice.isInTerritory = try row.next(Bool?.self) ?? false
        choice.open = try row.next(Int?.self) ?? 0
        return choice
    }

    /// Keeps who was chosen, and why.
    func add(_ assignment: CallsAPI.Assignment, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO assignments (tenant_id, id, call_id, user_id, reason, criteria, candidates, decided_by, created_at)
            VALUES (\(tenant), \(assignment.id), \(assignment.callID), \(assignment.userID), \(assignment.reason.rawValue),
                \(try JSONText(encoding: assignment.criteria)), \(Int32(assignment.candidates)), \(assignment.decidedBy),
                \(assignment.createdAt))
            """)
    }

    /// Which assignments a list shows.
    struct Filter: Sendable {
        var callID: CallID?
        var userID: UserID?
        var reason: AssignmentReason?
    }

    private static let countBound = 10_000

    func page(
        _ filter: Filter, _ order: RowOrderStore, _ database: TenantDatabase
    ) async throws -> (rows: [CallsAPI.Assignment], total: Int, isExact: Bool) {
        var condition: SQL = "s.tenant_id = \(tenant)"
        if let call = filter.callID { condition = "\(condition) AND s.call_id = \(call)" }
        if let user = filter.userID { condition = "\(condition) AND s.user_id = \(user)" }
        if let reason = filter.reason { condition = "\(condition) AND s.reason = \(reason.rawValue)" }
        let results = try await database.batch([
            """
            SELECT s.id, s.call_id, s.user_id, s.reason, s.criteria, s.candidates, s.decided_by, s.created_at
            FROM assignments AS s WHERE \(condition)\(order.start("s.created_at", "s.id"))
            \(order.end("s.created_at", "s.id"))
            """,
            """
            SELECT count(*) FROM (SELECT FROM assignments AS s WHERE \(condition) LIMIT \(Self.countBound + 1)) AS counted
            """,
        ])
        let total = try results[1].first { row in try row.next(Int.self) } ?? 0
        let rows = try results[0].map { row in
            CallsAPI.Assignment(
                id: try row.next(AssignmentID.self), callID: try row.next(CallID?.self),
                userID: try row.next(UserID?.self), reason: try row.next(AssignmentReason.self),
                criteria: try row.next(JSONText.self).decode([CallsAPI.AssignmentCriterion].self),
                candidates: Int(try row.next(Int32.self)), decidedBy: try row.next(UserID?.self),
                createdAt: try row.next(Timestamp.self))
        }
        return (rows, total, total <= Self.countBound)
    }
}
