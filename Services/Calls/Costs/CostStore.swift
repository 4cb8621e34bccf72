import Events
import Models
import Postgres

/// What engines have cost, call by call and summed up.
struct CostStore: Sendable {
    /// What was summed up under one key.
    struct Group: Sendable {
        var key: String?
        var uses: Int
        var audioSeconds: Double
        var inputTokens: Int64
        var outputTokens: Int64
        var costMicros: Int64
    }

    /// The longest that one look at all tenants may take.
    private static let patience = Duration.seconds(30)

    let database: Database

    func record(_ usage: StageUsage, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            try await Self.record(usage, in: tenant, transaction)
        }
    }

    /// In the transaction that keeps what was made of it; tells billing.
    static func record(_ usage: StageUsage, in tenant: TenantID, _ transaction: Transaction) async throws {
        let used = usage.usage
        let (stage, engine) = (usage.stage.rawValue, usage.engine.rawValue)
        _ = try await transaction.batch([
            """
            INSERT INTO call_usages (tenant_id, id, call_id, stage, engine, model, is_success, requests, audio_seconds,
                input_tokens, cached_input_tokens, output_tokens, elapsed_seconds, cost_micros, cost_basis, used_at)
            VALUES (\(tenant), \(usage.id), \(usage.callID), \(stage), \(engine), \(usage.model), \(usage.isSuccess),
                \(Int32(clamping: used.requests)), \(used.audioSeconds), \(used.inputTokens),
                \(used.cachedInputTokens), \(used.outputTokens), \(usage.elapsedSeconds), \(usage.costMicros),
                \(usage.costBasis.rawValue), \(usage.usedAt))
            """,
            """
            INSERT INTO call_cost_rollups AS r (tenant_id, bucket_at, stage, engine, agent_id, uses, audio_seconds,
                input_tokens, output_tokens, cost_micros)
            VALUES (\(tenant), date_bin('15 minutes', \(usage.usedAt), 'epoch'), \(stage), \(engine),
                coalesce(\(usage.agentID), '00000000-0000-0000-0000-000000000000'), 1, \(used.audioSeconds),
                \(used.inputTokens), \(used.outputTokens), \(usage.costMicros))
            ON CONFLICT ON CONSTRAINT call_cost_rollups_pkey DO UPDATE SET uses = r.uses + 1,
                audio_seconds = r.audio_seconds + excluded.audio_seconds,
                input_tokens = r.input_tokens + excluded.input_tokens,
                output_tokens = r.output_tokens + excluded.output_tokens,
                cost_micros = r.cost_micros + excluded.cost_micros
            """,
        ])
        try await Outbox.publish(
            .callUsageRecorded, subject: "call_usage/\(usage.id)", data: usage.facts, in: transaction)
    }

    func usages(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.Usage] {
        try await database.tenant(tenant).query(
            """
            SELECT id, call_id, stage, engine, model, is_success, requests, audio_seconds, input_tokens,
                cached_input_tokens, output_tokens, elapsed_seconds, cost_micros, cost_basis, used_at
            FROM call_usages WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY used_at DESC, id LIMIT 1000
            """
        ) { row in
            let (id, call) = (try row.next(UsageID.self), try row.next(CallID.self))
            let (stage, engine) = (try row.next(UsageStage.self), try row.next(String.self))
            let (model, isSuccess) = (try row.next(String.self), try row.next(Bool.self))
            let (requests, seconds) = (Int(try row.next(Int32.self)), try row.next(Double.self))
            let (input, cached) = (try row.next(Int.self), try row.next(Int.self))
            let (output, elapsed) = (try row.next(Int.self), try row.next(Double.self))
            return CallsAPI.Usage(
                id: id, callID: call, stage: stage, engine: engine, model: model, isSuccess: isSuccess,
                requests: requests, audioSeconds: seconds, inputTokens: input, cachedInputTokens: cached,
                outputTokens: output, elapsedSeconds: elapsed, costMicros: try row.next(Int64.self),
                costBasis: try row.next(CostBasis.self), usedAt: try row.next(Timestamp.self))
        }
    }

    /// What the UTC month of an instant has cost so far.
    func spent(inMonthOf instant: Timestamp, in tenant: TenantID) async throws -> Int64 {
        try await database.tenant(tenant).value(
            """
            SELECT coalesce(sum(cost_micros), 0)::bigint FROM call_cost_rollups
            WHERE tenant_id = \(tenant)
              AND bucket_at >= date_trunc('month', \(instant) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            """, as: Int64.self) ?? 0
    }

    /// Sums of some days of a time zone, both included, the dearest first; days in their own order.
    func groups(
        by grouping: CallsAPI.CostGrouping, from: LocalDate, to: LocalDate, zone: TimeZoneName, in tenant: TenantID
    ) async throws -> [Group] {
        let key: SQL =
            switch grouping {
            case .day: "((bucket_at AT TIME ZONE \(zone.name))::date)::text"
            case .agent: "nullif(agent_id, '00000000-0000-0000-0000-000000000000')::text"
            case .stage: "stage"
            case .engine: "engine"
            }
        let order: SQL = grouping == .day ? "1" : "6 DESC, 1"
        return try await database.tenant(tenant).query(
            """
            SELECT \(key), sum(uses)::bigint, sum(audio_seconds), sum(input_tokens)::bigint,
                sum(output_tokens)::bigint, sum(cost_micros)::bigint
            FROM call_cost_rollups
            WHERE tenant_id = \(tenant) AND bucket_at >= \(from)::timestamp AT TIME ZONE \(zone.name)
              AND bucket_at < \(to.adding(days: 1))::timestamp AT TIME ZONE \(zone.name)
            GROUP BY 1 ORDER BY \(order) LIMIT 1000
            """, Self.group)
    }

    /// Sums over all tenants of some UTC days, both included; days in their own order, all else the dearest first.
    func sums(
        by grouping: CallsAPI.PlatformCostGrouping, from: LocalDate, to: LocalDate
    ) async throws -> [Group] {
        try await database.tenant(.platform).within(Self.patience).query(
            """
            SELECT key, uses, audio_seconds, input_tokens, output_tokens, cost_micros
            FROM platform_costs(\(grouping.rawValue), \(from)::timestamp AT TIME ZONE 'UTC',
                \(to.adding(days: 1))::timestamp AT TIME ZONE 'UTC', \(Int32(1_000)))
            """, Self.group)
    }

    private static let group: @Sendable (inout RowReader) throws -> Group = { row in
        let (key, uses) = (try row.next(String?.self), try row.next(Int.self))
        let (seconds, input) = (try row.next(Double.self), try row.next(Int64.self))
        return Group(
            key: key, uses: uses, audioSeconds: seconds, inputTokens: input, outputTokens: try row.next(Int64.self),
            costMicros: try row.next(Int64.self))
    }

    /// Length of recordings among calls within somebody's reach, and how many calls there are.
    func lengths(
        of calls: [CallID], reach: CallReach, in tenant: TenantID
    ) async throws -> (calls: Int, seconds: Double) {
        let found = try await database.tenant(tenant).first(
            """
            SELECT count(*), coalesce(sum(coalesce(recording_seconds,
                extract(epoch FROM ended_at - started_at)::double precision, \(EnginePricing.usualCallSeconds))), 0)
            FROM calls WHERE tenant_id = \(tenant) AND id = ANY (\(calls)) AND deleted_at IS NULL\(reach.condition)
            """
        ) { row in (calls: try row.next(Int.self), seconds: try row.next(Double.self)) }
        return found ?? (0, 0)
    }
}
