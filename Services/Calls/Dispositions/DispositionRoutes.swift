import Auth
import Models
import Postgres
import Web

/// Dispositions over HTTP, and what a call came to.
struct DispositionRoutes: Sendable {
    let database: Database

    /// Which dispositions are listed.
    struct Choice: Codable, Sendable {
        /// Those that cannot be chosen any more too.
        var retired: Bool?
    }

    func list(_ context: RequestContext, _ query: Query<Choice>) async throws -> OK<CallsAPI.Dispositions> {
        let found = try await store(context).list(isRetired: query.value.retired ?? false, in: context.tenant)
        return OK(CallsAPI.Dispositions(data: found.map(\.wire)))
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateDisposition>
    ) async throws -> Created<CallsAPI.Disposition> {
        let made = try await store(context).create(body.value, in: context.tenant)
        return Created(made.wire, at: "/api/v1/calls/dispositions/\(made.id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<DispositionID>) async throws -> OK<CallsAPI.Disposition> {
        let found = try await present(path.id, context)
        return OK(found.wire, version: found.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<DispositionID>, _ match: IfMatch,
        _ body: Body<CallsAPI.UpdateDisposition>
    ) async throws -> OK<CallsAPI.Disposition> {
        let changed = try await store(context).update(
            body.value, version: match.version, of: path.id, in: context.tenant)
        return OK(try await settled(changed, path.id, context).wire, version: changed?.version)
    }

    func retire(
        _ context: RequestContext, _ path: PathID<DispositionID>, _ match: IfMatch
    ) async throws -> OK<CallsAPI.Disposition> {
        let changed = try await store(context).retire(path.id, true, version: match.version, in: context.tenant)
        return OK(try await settled(changed, path.id, context).wire, version: changed?.version)
    }

    func restore(_ context: RequestContext, _ path: PathID<DispositionID>) async throws -> OK<CallsAPI.Disposition> {
        let changed = try await store(context).retire(path.id, false, version: nil, in: context.tenant)
        return OK(try await settled(changed, path.id, context).wire, version: changed?.version)
    }

    func order(
        _ context: RequestContext, _ body: Body<CallsAPI.OrderDispositions>
    ) async throws -> OK<CallsAPI.Dispositions> {
        guard try await store(context).order(body.value.ids, in: context.tenant) else {
            throw Failure.invalid("/ids", "not_allowed", "All dispositions that can be chosen, each once, expected.")
        }
        return OK(
            CallsAPI.Dispositions(data: try await store(context).list(isRetired: false, in: context.tenant).map(\.wire))
        )
    }

    func set(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.SetDisposition>
    ) async throws -> OK<CallsAPI.CallSummary> {
        let wanted = body.value
        return OK(try await shown(change(wanted.dispositionID, wanted.note, path.id, context), context))
    }

    func clear(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.CallSummary> {
        OK(try await shown(change(nil, nil, path.id, context), context))
    }

    private func shown(_ call: Call, _ context: RequestContext) async throws -> CallsAPI.CallSummary {
        try await CallExtrasStore(database: database).read([call.id], search: nil, in: context.tenant).summary(
            of: call.showing(context.settings.analysisFeatures))
    }

    private func change(
        _ disposition: DispositionID?, _ note: String?, _ call: CallID, _ context: RequestContext
    ) async throws -> Call {
        try await context.database(database).transaction { transaction in
            try await CallOutcomeStore(transaction: transaction).set(
                disposition, note: note, on: call, by: context.principal?.user?.userID, reach: context.reach,
                in: context.tenant
            ).call
        }
    }

    private func store(_ context: RequestContext) -> DispositionStore {
        DispositionStore(rows: context.database(database))
    }

    private func present(_ id: DispositionID, _ context: RequestContext) async throws -> Disposition {
        guard let found = try await store(context).find(id, in: context.tenant) else { throw Failure(.notFound) }
        return found
    }

    private func settled(
        _ changed: Disposition?, _ id: DispositionID, _ context: RequestContext
    ) async throws -> Disposition {
        if let changed { return changed }
        _ = try await present(id, context)
        throw Failure(.preconditionFailed)
    }
}
