import Models
import Postgres

/// The people who can be given calls, as tenancy has told, with what each has said about being available.
struct AgentStore: Sendable {
    let tenant: TenantID

    /// Writes down what tenancy tells of a person.
    func put(_ person: InternalAPI.Person, _ database: some SQLExecutor) async throws {
        try await database.execute(
            """
            INSERT INTO agents (tenant_id, user_id, role, status, time_zone, territory, skills, languages)
            VALUES (\(tenant), \(person.id), \(person.role.rawValue), \(person.status.rawValue), \(person.timeZone.name),
                \(person.territory), \(person.skills.map { $0.lowercased() }),
                \(person.languages.map { $0.lowercased() }))
            ON CONFLICT ON CONSTRAINT agents_pkey DO UPDATE SET role = excluded.role, status = excluded.status,
                time_zone = excluded.time_zone, territory = excluded.territory, skills = excluded.skills,
                languages = excluded.languages, updated_at = now()
            """)
    }

    /// Somebody who gets no calls from now on, until tenancy tells otherwise.
    func deactivate(_ person: UserID, _ database: some SQLExecutor) async throws {
        try await database.execute(
            """
            UPDATE agents SET status = 'deactivated', updated_at = now()
            WHERE tenant_id = \(tenant) AND user_id = \(person)
            """)
    }

    /// Forgets a person; past assignments keep the id.
    func remove(_ person: UserID, _ database: some SQLExecutor) async throws {
        _ = try await database.batch([
            "DELETE FROM agents WHERE tenant_id = \(tenant) AND user_id = \(person)",
            "DELETE FROM agent_availability WHERE tenant_id = \(tenant) AND user_id = \(person)",
            "DELETE FROM agent_busy_times WHERE tenant_id = \(tenant) AND user_id = \(person)",
        ])
    }

    /// Whether tenancy has told of somebody.
    func isKnown(_ person: UserID, _ database: some SQLExecutor) async throws -> Bool {
        try await database.value(
            "SELECT EXISTS (SELECT FROM agents WHERE tenant_id = \(tenant) AND user_id = \(person))") ?? false
    }

    /// Whether anybody is known at all.
    func isEmpty(_ database: some SQLExecutor) async throws -> Bool {
        try await database.value("SELECT NOT EXISTS (SELECT FROM agents WHERE tenant_id = \(tenant))") ?? true
    }

    func list(only person: UserID? = nil, _ database: some SQLExecutor) async throws -> [CallsAPI.Agent] {
        try await database.query(
            """
            SELECT a.user_id, a.role, a.time_zone, a.territory, a.skills, a.languages,
                CASE WHEN v.until_at <= now() THEN 'available' ELSE coalesce(v.presence, 'available') END,
                CASE WHEN v.until_at > now() THEN v.until_at END, coalesce(v.weekdays, '{}'),
                coalesce(v.from_minutes, '{}'), coalesce(v.to_minutes, '{}'), coalesce(v.most_calls, 1), o.open,
                \(Self.isAvailable), a.last_assigned_at, coalesce(v.version, 0)
            FROM \(joined(nil))
            WHERE a.tenant_id = \(tenant) AND a.status = 'active' AND (\(person)::uuid IS NULL OR a.user_id = \(person))
            ORDER BY a.user_id LIMIT 1000
            """
        ) { row in
            CallsAPI.Agent(
                userID: try row.next(UserID.self), role: try row.next(Role.self),
                timeZone: TimeZoneName(unchecked: try row.next(String.self)), territory: try row.next([String].self),
                skills: try row.next([String].self), languages: try row.next([String].self),
                presence: try row.next(AgentPresence.self), until: try row.next(Timestamp?.self),
                hours: AgentHours.read(
                    try row.next([Int32].self), try row.next([Int32].self), try row.next([Int32].self)),
                mostCalls: Int(try row.next(Int32.self)), openCalls: try row.next(Int.self),
                available: try row.next(Bool.self), lastAssignedAt: try row.next(Timestamp?.self),
                version: try row.next(Int64.self))
        }
    }

    /// Says whether somebody takes calls; a version of nil is any.
    func set(
        _ asked: CallsAPI.SetAvailability, of person: UserID, version: Int64?, _ database: some SQLExecutor
    ) async throws {
        let hours = asked.hours.map(AgentHours.columns)
        let isSet = hours != nil
        let columns = hours ?? AgentHours.columns([])
        let changed = try await database.execute(
            """
            INSERT INTO agent_availability AS v (tenant_id, user_id, presence, until_at, weekdays, from_minutes, to_minutes,
                most_calls)
            SELECT \(tenant), \(person), \(asked.presence.rawValue), \(asked.until), \(columns.weekdays), \(columns.from),
                \(columns.to), coalesce(\(asked.mostCalls.map { Int32($0) }), 1)
            WHERE coalesce(\(version)::bigint, 0) = 0
               OR EXISTS (SELECT FROM agent_availability WHERE tenant_id = \(tenant) AND user_id = \(person))
            ON CONFLICT ON CONSTRAINT agent_availability_pkey DO UPDATE SET presence = excluded.presence,
                until_at = excluded.until_at, most_calls = coalesce(\(asked.mostCalls.map { Int32($0) }), v.most_calls),
                weekdays = CASE WHEN \(isSet) THEN excluded.weekdays ELSE v.weekdays END,
                from_minutes = CASE WHEN \(isSet) THEN excluded.from_minutes ELSE v.from_minutes END,
                to_minutes = CASE WHEN \(isSet) THEN excluded.to_minutes ELSE v.to_minutes END,
                version = v.version + 1, updated_at = now()
                WHERE \(version)::bigint IS NULL OR v.version = \(version)
            """)
        guard changed == 1 else { throw Failure(.preconditionFailed) }
    }

    /// Replaces the times at which somebody is taken, within a time.
    func setBusy(_ asked: InternalAPI.BusyTimes, of person: UserID, _ database: some SQLExecutor) async throws {
        _ = try await database.batch([
            """
            DELETE FROM agent_busy_times WHERE tenant_id = \(tenant) AND user_id = \(person)
              AND ((from_at >= \(asked.from) AND from_at < \(asked.to)) OR to_at < now() - interval '1 day')
            """,
            """
            INSERT INTO agent_busy_times AS b (tenant_id, user_id, from_at, to_at)
            SELECT \(tenant), \(person), f, max(t) FROM unnest(\(asked.busy.map(\.from)), \(asked.busy.map(\.to)))
                AS s (f, t) GROUP BY f
            ON CONFLICT ON CONSTRAINT agent_busy_times_pkey DO UPDATE SET to_at = greatest(b.to_at, excluded.to_at)
            """,
        ])
    }

    /// The people with what they have said and how many calls each has; the given call is not counted.
    func joined(_ call: CallID?) -> SQL {
        """
        agents AS a
        LEFT JOIN agent_availability AS v ON v.tenant_id = \(tenant) AND v.user_id = a.user_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS open, count(*) FILTER (WHERE c.status <> 'registered') AS live FROM calls AS c
            WHERE c.tenant_id = \(tenant) AND c.agent_id = a.user_id AND c.deleted_at IS NULL
              AND c.status IN ('registered', 'ringing', 'in_progress') AND c.id IS DISTINCT FROM \(call)
              AND c.started_at > now() - interval '1 day'
        ) AS o
        """
    }

    /// Whether somebody takes a call now: says so, is at work, has no appointment, and is not on the line.
    static let isAvailable: SQL = """
        (v.user_id IS NULL OR (
            (v.presence = 'available' OR coalesce(v.until_at <= now(), false))
            AND (cardinality(v.weekdays) = 0 OR EXISTS (
                SELECT FROM unnest(v.weekdays, v.from_minutes, v.to_minutes) AS h (day, from_minute, to_minute)
                CROSS JOIN (SELECT now() AT TIME ZONE a.time_zone AS at) AS l
                WHERE h.day = extract(isodow FROM l.at)
                  AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) >= h.from_minute
                  AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) < h.to_minute))))
        AND o.live < coalesce(v.most_calls, 1)
        AND NOT EXISTS (SELECT FROM agent_busy_times AS b WHERE b.tenant_id = a.tenant_id AND b.user_id = a.user_id
            AND b.from_at <= now() AND b.to_at > now())
        """
}
