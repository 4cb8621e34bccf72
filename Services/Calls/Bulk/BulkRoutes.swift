import Auth
import Jobs
import JSON
import Models
import Postgres
import Web

/// Actions upon many calls over HTTP.
struct BulkRoutes: Sendable {
    let database: Database
    let people: PeopleDirectory
    let pricing: EnginePricing

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateBulkAction>
    ) async throws -> Accepted<CallsAPI.BulkAction> {
        let wanted = body.value
        try await check(wanted, context)
        let store = BulkStore(rows: context.database(database))
        let (ids, seconds) = try await chosen(wanted, context)
        guard ids.count <= BulkStore.mostCalls else {
            throw Failure.invalid("/filter", "too_many", "At most \(BulkStore.mostCalls) calls at a time.")
        }
        let audio = wanted.action == .reprocess ? seconds : nil
        let gate = StageGate(costs: CostStore(database: database), knowledge: context.knowledge)
        let cost = audio.flatMap { seconds -> Int64? in
            let work = gate.work(Set(UsageStage.allCases), of: context.tenant)
            let estimate = pricing.estimate(work, calls: ids.count, seconds: seconds)
            return estimate.basis == .unknown ? nil : estimate.micros
        }
        let person = context.principal?.user?.userID
        if wanted.dryRun == true {
            return Accepted(
                CallsAPI.BulkAction(
                    id: nil, action: wanted.action, state: "trial", calls: ids.count, changed: 0, skipped: 0,
                    audioSeconds: audio, costMicros: cost, createdBy: person, createdAt: .now(), doneAt: nil,
                    undoneAt: nil))
        }
        let arguments = BulkArguments(
            tagIDs: wanted.tagIDs, dispositionID: wanted.dispositionID, agentID: wanted.agentID.value,
            reachAgentID: context.reach.agentID, isTest: context.reach.isTest)
        let id = try await context.database(database).transaction { transaction in
            let id = try await store.create(
                wanted.action, arguments, ids, audioSeconds: audio, costMicros: cost, by: person, in: transaction)
            try await JobQueue(transaction).enqueue(BulkJob(actionID: id, isUndoing: false))
            return id
        }
        return Accepted(try await present(id, context))
    }

    func list(_ context: RequestContext) async throws -> OK<BulkActions> {
        OK(BulkActions(data: try await BulkStore(rows: context.database(database)).list()))
    }

    /// The newest actions.
    struct BulkActions: Codable, Sendable {
        var data: [CallsAPI.BulkAction]
    }

    func get(_ context: RequestContext, _ path: PathID<BulkActionID>) async throws -> OK<CallsAPI.BulkAction> {
        OK(try await present(path.id, context))
    }

    func undo(_ context: RequestContext, _ path: PathID<BulkActionID>) async throws -> Accepted<CallsAPI.BulkAction> {
        let found = try await present(path.id, context)
        guard found.createdBy == context.principal?.user?.userID || context.has(.callsDelete) else {
            throw Failure(.forbidden, "Whoever did it undoes it.")
        }
        let isBegun = try await context.database(database).transaction { transaction in
            let store = BulkStore(rows: context.database(database))
            guard try await store.startUndoing(path.id, in: transaction) else { return false }
            try await JobQueue(transaction).enqueue(BulkJob(actionID: path.id, isUndoing: true))
            return true
        }
        guard isBegun else {
            throw Failure(.conflict, "Only what is done, and nothing that engines did, can be undone.")
        }
        return Accepted(try await present(path.id, context))
    }

    private func present(_ id: BulkActionID, _ context: RequestContext) async throws -> CallsAPI.BulkAction {
        guard let found = try await BulkStore(rows: context.database(database)).find(id) else {
            throw Failure(.notFound)
        }
        return found
    }

    private func chosen(
        _ wanted: CallsAPI.CreateBulkAction, _ context: RequestContext
    ) async throws -> (ids: [CallID], audioSeconds: Double) {
        var query = try wanted.filter.map(StoredFilter.query) ?? CallQuery()
        if wanted.action == .restore { query.deleted = true }
        guard var filter = query.filter(context) else { return ([], 0) }
        filter.ids = wanted.ids
        filter.canGoOn = wanted.action == .reprocess
        return try await CallListStore(database: database).chosen(
            filter, bound: BulkStore.mostCalls, in: context.tenant)
    }

    private func check(_ wanted: CallsAPI.CreateBulkAction, _ context: RequestContext) async throws {
        var errors: [FieldError] = []
        func refuse(_ pointer: String, _ code: String, _ detail: String) {
            errors.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        if (wanted.ids == nil) == (wanted.filter == nil) {
            refuse("/ids", "required", "Either ids or a filter expected.")
        }
        let rows = context.database(database)
        switch wanted.action {
        case .addTags, .removeTags:
            let tags = wanted.tagIDs ?? []
            let known = try await TagStore(rows: rows).known(tags, in: context.tenant)
            if tags.isEmpty { refuse("/tag_ids", "required", "It must be given.") }
            if known.count < Set(tags).count { refuse("/tag_ids", "not_found", "There is no such tag.") }
        case .setDisposition:
            let id = wanted.dispositionID
            let found = try await id.asyncFlatMap {
                try await DispositionStore(rows: rows).find($0, in: context.tenant)
            }
            if found == nil || found?.retiredAt != nil {
                refuse("/disposition_id", "not_found", "There is no such disposition to choose.")
            }
        case .assign:
            if !wanted.agentID.isPresent { refuse("/agent_id", "required", "It must be given.") }
            if let agent = wanted.agentID.value, try await people.find(agent, context.tenant)?.status != .active {
                refuse("/agent_id", "not_found", "There is no such person.")
            }
            if !context.has(.callsReadAll) { throw Failure(.forbidden) }
        case .delete, .restore: if !context.has(.callsDelete) { throw Failure(.forbidden) }
        case .reprocess: if !context.has(.callsReadAll) { throw Failure(.forbidden) }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }
}

extension Optional {
    /// `flatMap` with a closure that waits.
    fileprivate func asyncFlatMap<Value>(_ body: (Wrapped) async throws -> Value?) async throws -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
