import Auth
import Models
import Postgres
import Web

/// Who can be given calls, and whether they take them now.
struct AgentRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Agents> {
        let own = context.reach.agentID
        return OK(
            CallsAPI.Agents(
                agents: try await AgentStore(tenant: context.tenant).list(only: own, context.database(database))))
    }

    func get(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<CallsAPI.Agent> {
        let found = try await find(path.id, context)
        return OK(found, version: found.version)
    }

    /// People say it for themselves, administrators for everybody.
    func setAvailability(
        _ context: RequestContext, _ path: PathID<UserID>, _ match: IfMatch, _ body: Body<CallsAPI.SetAvailability>
    ) async throws -> OK<CallsAPI.Agent> {
        _ = try await find(path.id, context)
        let faults = AgentHours.faults(of: body.value.hours ?? [])
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        try await AgentStore(tenant: context.tenant).set(
            body.value, of: path.id, version: match.version, context.database(database))
        let changed = try await find(path.id, context)
        return OK(changed, version: changed.version)
    }

    private func find(_ id: UserID, _ context: RequestContext) async throws -> CallsAPI.Agent {
        let isOwn = context.principal?.user?.userID == id
        guard isOwn || context.has(.assignmentsWrite) else { throw Failure(.notFound) }
        let found = try await AgentStore(tenant: context.tenant).list(only: id, context.database(database))
        guard let agent = found.first else { throw Failure(.notFound) }
        return agent
    }

    /// `PUT /internal/agents/{id}/busy`: calendar tells when somebody has an appointment.
    func putBusy(
        _ context: RequestContext, _ path: PathID<UserID>, _ body: Body<InternalAPI.BusyTimes>
    ) async throws -> NoContent {
        let asked = body.value
        let faults = asked.busy.enumerated().filter { $0.element.to <= $0.element.from }.map {
            FieldError(pointer: "/busy/\($0.offset)", code: "out_of_range", detail: "It ends before it begins.")
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        try await AgentStore(tenant: context.tenant).setBusy(asked, of: path.id, context.database(database))
        return NoContent()
    }
}
