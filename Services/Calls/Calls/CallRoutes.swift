import Auth
import JSON
import Models
import Postgres
import Web

/// Calls over HTTP: what callers may see and do is decided by the reach that their principal gives.
struct CallRoutes: Sendable {
    private let calls: CallStore
    private let results: ResultStore
    private let retries: RetryStore

    init(database: Database) {
        calls = CallStore(database: database)
        results = ResultStore(database: database)
        retries = RetryStore(database: database)
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateCall>
    ) async throws -> Created<CallsAPI.Call> {
        let draft = try draft(of: body.value, context)
        let (call, isNew) = try await calls.create(draft, reach: context.reach, in: context.tenant)
        guard isNew else { return .existing(try await whole(call, context), version: call.version) }
        return Created(call.wire(CallResults()), at: "/api/v1/calls/\(call.id)", version: call.version)
    }

    func get(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Call> {
        guard let call = try await calls.find(path.id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return OK(try await whole(call, context), version: call.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<CallID>, _ match: IfMatch) async throws -> NoContent {
        _ = try await calls.delete(path.id, version: match.version, reach: context.reach, in: context.tenant)
        return NoContent()
    }

    func restore(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Call> {
        let call = try await calls.restore(path.id, reach: context.reach, in: context.tenant)
        return OK(try await whole(call, context), version: call.version)
    }

    func retry(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Accepted<CallsAPI.Call> {
        let call = try await retries.retry(path.id, reach: context.reach, in: context.tenant)
        return Accepted(try await whole(call, context), version: call.version)
    }

    private func whole(_ call: Call, _ context: RequestContext) async throws -> CallsAPI.Call {
        var wire = call.wire(
            try await results.results(of: call.id, in: context.tenant).showing(context.settings.analysisFeatures))
        let extras = try await CallExtrasStore(database: calls.database).read(
            [call.id], search: nil, in: context.tenant)
        wire.tags = extras.tags[call.id] ?? []
        return wire
    }

    private func draft(of body: CallsAPI.CreateCall, _ context: RequestContext) throws -> CallDraft {
        let now = Timestamp.now()
        let draft = CallDraft(
            externalID: body.externalID,
            origin: CallDraft.origin(asked: body.origin, endedAt: body.endedAt, now: now),
            isTest: context.reach.isTest ?? false, direction: body.direction,
            from: Party(reading: body.from, country: context.country),
            to: Party(reading: body.to, country: context.country),
            status: body.status, startedAt: body.startedAt, answeredAt: body.answeredAt, endedAt: body.endedAt,
            agentID: try agent(of: body, context), language: body.language, metadata: body.metadata ?? .emptyObject)
        try draft.check(now: now)
        return draft
    }

    /// An agent records own calls alone; everybody else says whose call it was.
    private func agent(of body: CallsAPI.CreateCall, _ context: RequestContext) throws -> UserID? {
        guard case .user(let user) = try context.caller, user.role == .agent else { return body.agentID }
        guard body.agentID == nil || body.agentID == user.userID else {
            throw Failure.invalid("/agent_id", "not_allowed", "Agents record their own calls.")
        }
        return user.userID
    }
}

extension RequestContext {
    /// Which calls the caller may see: agents their own unless the tenant shows them all, test keys those of test keys.
    var reach: CallReach {
        switch principal {
        case .user(let user): CallReach(agentID: has(.callsReadAll) ? nil : user.userID)
        case .apiKey(let key): CallReach(isTest: key.mode == .test)
        default: .all
        }
    }

    /// For days; UTC for a tenant that the change feed has not told of yet.
    var timeZone: TimeZoneName { knowledge.tenant(tenant)?.timeZone ?? .utc }

    /// For national numbers.
    var country: String { knowledge.tenant(tenant)?.country ?? "US" }
}
