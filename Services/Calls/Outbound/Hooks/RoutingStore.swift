import Models
import Postgres

/// The ways of callers, and what they are decided by.
struct RoutingStore: Sendable {
    /// How many phones ring at once where tenancy has told of nobody yet.
    private static let everybody: Int32 = 10

    let rows: any SQLExecutor
    let tenant: TenantID

    /// The steps that were decided, in order.
    func steps(of call: CallID) async throws -> [CallsAPI.RoutingStep] {
        try await rows.query(
            """
            SELECT step, action, user_ids, address, reason, line_id, decided_at FROM call_routings
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY step
            """
        ) { row in
            CallsAPI.RoutingStep(
                step: Int(try row.next(Int32.self)), action: try row.next(RoutingAction.self),
                userIDs: try row.next([UserID].self), address: try row.next(String?.self),
                reason: try row.next(String.self), lineID: try row.next(LineID?.self),
                decidedAt: try row.next(Timestamp.self))
        }
    }

    func add(_ step: InboundRules.Step, at index: Int, of call: CallID, line: LineID?) async throws {
        try await rows.execute(
            """
            INSERT INTO call_routings (tenant_id, call_id, step, action, user_ids, address, reason, line_id)
            VALUES (\(tenant), \(call), \(Int32(index)), \(step.action.rawValue), \(step.userIDs), \(step.address),
                \(step.reason), \(line))
            """)
    }

    /// The person whose a number is, by the line or by their own settings, and whether they speak already.
    func owner(of line: String, agent: UserID?, besides call: CallID?) async throws -> InboundRules.Owner? {
        try await rows.first(
            """
            SELECT \(unescaped: VoiceSettings.columns), \(isSpeaking(besides: call)) FROM user_voip_settings AS s
            WHERE tenant_id = \(tenant) AND CASE WHEN \(agent)::uuid IS NULL THEN numbers @> ARRAY[\(line)]
                ELSE user_id = \(agent) END
            ORDER BY updated_at LIMIT 1
            """
        ) { row in
            InboundRules.Owner(
                settings: try VoiceSettings(row: &row), isBusy: try row.next(Bool.self),
                reason: agent == nil ? "own_number" : "line_agent")
        }
    }

    /// Who has a phone at the connection, is there and does not speak; only those of a team where one is given.
    func reachable(
        over connection: ConnectionID, team: String?, besides rung: [UserID], call: CallID
    ) async throws -> [UserID] {
        try await rows.query(
            """
            SELECT s.user_id FROM user_voip_settings AS s
            WHERE tenant_id = \(tenant) AND is_available AND NOT (user_id = ANY (\(rung)))
              AND (connection_id = \(connection) OR (ring <> 'browser' AND mobile_number IS NOT NULL))
              AND NOT \(isSpeaking(besides: call))
              AND (\(team)::text IS NULL OR user_id IN (
                  SELECT agent_id FROM lines WHERE tenant_id = \(tenant) AND team = \(team) AND deleted_at IS NULL
                    AND (valid_from IS NULL OR valid_from <= now()) AND (valid_to IS NULL OR valid_to > now())))
            ORDER BY updated_at LIMIT 200
            """
        ) { row in try row.next(UserID.self) }
    }

    /// Phones of people, in no order that anybody relies on.
    func phones(of people: [UserID]) async throws -> [InboundPlan.Phone] {
        guard !people.isEmpty else { return [] }
        let found = try await rows.query(
            """
            SELECT \(unescaped: VoiceSettings.columns) FROM user_voip_settings
            WHERE tenant_id = \(tenant) AND user_id = ANY (\(people)) ORDER BY updated_at
            """, as: VoiceSettings.self)
        return Array(found.flatMap(\.phones).prefix(Int(Self.everybody)))
    }

    /// Whether it is within hours of a week at a clock.
    func isOpen(_ hours: [CallsAPI.AgentHours], in zone: TimeZoneName) async throws -> Bool {
        guard !hours.isEmpty else { return true }
        let columns = AgentHours.columns(hours)
        return try await rows.value(
            """
            SELECT EXISTS (
                SELECT FROM unnest(\(columns.weekdays), \(columns.from), \(columns.to)) AS h (day, from_minute, to_minute)
                CROSS JOIN (SELECT now() AT TIME ZONE \(zone.name) AS at) AS l
                WHERE h.day = extract(isodow FROM l.at)
                  AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) >= h.from_minute
                  AND extract(hour FROM l.at) * 60 + extract(minute FROM l.at) < h.to_minute)
            """, as: Bool.self) ?? true
    }

    private func isSpeaking(besides call: CallID?) -> SQL {
        """
        EXISTS (SELECT FROM call_participants AS p JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
            WHERE p.tenant_id = \(tenant) AND p.user_id = s.user_id AND p.state = 'joined'
              AND c.status = 'in_progress' AND c.id IS DISTINCT FROM \(call))
        """
    }
}
