import Models
import Postgres
import Web

/// What engines and carriers cost, over HTTP: of a call, of some days, and of what somebody is about to do.
struct CostRoutes: Sendable {
    /// Days in the tenant's time zone, both included; this month when nothing is said.
    struct CostQuery: Codable, Sendable {
        var fromDate: LocalDate?
        var toDate: LocalDate?
        var by: CallsAPI.CostGrouping?
    }

    /// A year and a day.
    private static let mostDays = 367

    private let calls: CallStore
    private let results: ResultStore
    private let costs: CostStore
    private let held: HeldCallStore
    private let pricing: EnginePricing

    init(database: Database, pricing: EnginePricing) {
        calls = CallStore(database: database)
        results = ResultStore(database: database)
        costs = CostStore(database: database)
        held = HeldCallStore(database: database)
        self.pricing = pricing
    }

    func get(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.CallCosts> {
        guard let call = try await calls.find(path.id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        let usages = try await costs.usages(of: call.id, in: context.tenant)
        return OK(
            CallsAPI.CallCosts(
                callID: call.id, costMicros: usages.reduce(0) { $0 + $1.costMicros }, data: usages,
                carrier: try await carriers(context).costs(of: call.id)))
    }

    func list(_ context: RequestContext, _ query: Query<CostQuery>) async throws -> OK<CallsAPI.Costs> {
        let zone = context.timeZone
        let today = try await results.day(of: .now(), in: zone, context.tenant)
        let to = query.value.toDate ?? today
        let from = query.value.fromDate ?? to.adding(days: 1 - to.day)
        try Self.check(from, to)
        let by = query.value.by ?? .day
        let groups = try await costs.groups(by: by, from: from, to: to, zone: zone, in: context.tenant)
        return OK(
            CallsAPI.Costs(
                fromDate: from, toDate: to, budget: try await budget(context),
                costMicros: groups.reduce(0) { $0 + $1.costMicros }, data: groups.map(\.wire),
                carrier: try await carriers(context).costs(by: by, from: from, to: to, zone: zone)))
    }

    private func carriers(_ context: RequestContext) -> CarrierCostStore {
        CarrierCostStore(rows: context.database(costs.database))
    }

    static func check(_ from: LocalDate, _ to: LocalDate) throws(Failure) {
        guard from <= to, to < from.adding(days: mostDays) else {
            throw Failure(
                .invalidQuery,
                errors: [
                    FieldError(
                        pointer: "query/to_date", code: "out_of_range",
                        detail: "It must be from_date or later, by a year at most.")
                ])
        }
    }

    /// What an action on calls would cost, before it is begun.
    func estimate(
        _ context: RequestContext, _ body: Body<CallsAPI.EstimateCosts>
    ) async throws -> OK<CallsAPI.CostEstimate> {
        let asked = body.value
        guard (asked.callIDs == nil) != (asked.calls == nil) else {
            throw Failure.invalid("/call_ids", "required", "either call_ids or calls expected")
        }
        if let seconds = asked.audioSeconds, !(0...1e12).contains(seconds) {
            throw Failure.invalid("/audio_seconds", "out_of_range", "0 to 1000000000000 expected")
        }
        var (count, seconds) = (asked.calls ?? 0, Double(asked.calls ?? 0) * EnginePricing.usualCallSeconds)
        if let ids = asked.callIDs {
            (count, seconds) = try await costs.lengths(of: ids, reach: context.reach, in: context.tenant)
        }
        seconds = asked.audioSeconds ?? seconds
        let gate = StageGate(costs: costs, knowledge: context.knowledge)
        let (micros, basis) = pricing.estimate(
            gate.work(Set(asked.stages), by: asked.engine, of: context.tenant), calls: count, seconds: seconds)
        let left: Int64? =
            if let limit = gate.limitMicros(of: context.tenant) {
                max(0, limit - (try await costs.spent(inMonthOf: .now(), in: context.tenant)))
            } else {
                nil
            }
        return OK(
            CallsAPI.CostEstimate(
                calls: count, audioSeconds: seconds, costMicros: micros, costBasis: basis, budgetLeftMicros: left,
                exceedsBudget: left.map { micros > $0 } ?? false))
    }

    private func budget(_ context: RequestContext) async throws -> CallsAPI.Budget {
        let now = Timestamp.now()
        let limit = StageGate(costs: costs, knowledge: context.knowledge).limitMicros(of: context.tenant)
        let spent = try await costs.spent(inMonthOf: now, in: context.tenant)
        let today = LocalDate(daysSince1970: Int(now.seconds / 86_400))
        return CallsAPI.Budget(
            month: today.adding(days: 1 - today.day), limitMicros: limit, spentMicros: spent,
            isReached: limit.map { spent >= $0 } ?? false, heldCalls: try await held.count(in: context.tenant))
    }
}

extension CostStore.Group {
    var wire: CallsAPI.CostGroup {
        CallsAPI.CostGroup(
            key: key, uses: uses, audioSeconds: audioSeconds, inputTokens: inputTokens, outputTokens: outputTokens,
            costMicros: costMicros)
    }
}
