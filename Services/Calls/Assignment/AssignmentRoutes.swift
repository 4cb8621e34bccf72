import Auth
import Jobs
import Models
import Postgres
import Web

/// Who gets a call, over HTTP.
struct AssignmentRoutes: Sendable {
    let database: Database
    var service = AssignmentService()

    /// Who would be chosen now; nothing changes.
    func preview(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateAssignment>
    ) async throws -> OK<CallsAPI.Assignment> {
        OK(try await choose(body.value, isFinal: false, context))
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateAssignment>
    ) async throws -> Created<CallsAPI.Assignment> {
        let made = try await choose(body.value, isFinal: true, context)
        return Created(made, at: "/api/v1/calls/assignments", version: nil)
    }

    private func choose(
        _ asked: CallsAPI.CreateAssignment, isFinal: Bool, _ context: RequestContext
    ) async throws -> CallsAPI.Assignment {
        let rows = context.database(database)
        let wish = try await wish(asked, context)
        let made = try await rows.transaction { transaction in
            try await service.assign(
                wish, isFinal: isFinal, by: context.principal?.user?.userID, in: transaction)
        }
        // A tenant from before people were told of here: they are asked for, and are there the next time.
        if made.candidates == 0, try await AgentStore(tenant: context.tenant).isEmpty(rows) {
            _ = try await rows.transaction { try await JobQueue($0).enqueue(RefreshAgentsJob(userID: nil)) }
        }
        return made
    }

    private func wish(
        _ asked: CallsAPI.CreateAssignment, _ context: RequestContext
    ) async throws -> AssignmentWish {
        var call: Call?
        if let id = asked.callID {
            call = try await CallStore(database: database).find(id, reach: context.reach, in: context.tenant)
            guard call?.deletedAt == nil, call != nil else {
                throw Failure.invalid("/call_id", "unknown", "There is no such call.")
            }
        }
        var faults: [FieldError] = []
        if let language = asked.language, LeadLanguage.base(of: language) == nil {
            faults.append(FieldError(pointer: "/language", code: "unknown", detail: "language such as de expected"))
        }
        if let number = asked.number, ContactSubject(number: number, country: context.country) == nil {
            faults.append(
                FieldError(pointer: "/number", code: "invalid_format", detail: "telephone number expected"))
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        let customer = call.flatMap { $0.direction == .outbound ? $0.to.number : $0.from.number }
        return AssignmentWish(
            callID: asked.callID, postalCode: asked.postalCode?.trimmed.uppercased(),
            language: LeadLanguage.detect(
                stated: asked.language ?? call?.language, number: asked.number ?? customer, country: context.country),
            skills: (asked.skills ?? []).map { $0.lowercased() }, mustMatchSkills: asked.mustMatchSkills ?? false,
            mustMatchLanguage: asked.mustMatchLanguage ?? false, among: asked.among)
    }

    /// Which assignments are listed.
    struct Choice: Codable, Sendable {
        var callID: CallID?
        var userID: UserID?
        var reason: AssignmentReason?
    }

    func list(
        _ context: RequestContext, _ query: Query<Choice>, _ paging: Paging<ConsentSort>
    ) async throws -> OK<Page<CallsAPI.Assignment>> {
        var filter = AssignmentStore.Filter(
            callID: query.value.callID, userID: query.value.userID, reason: query.value.reason)
        // Agents see what they were given themselves.
        if let own = context.reach.agentID { filter.userID = own }
        let page = try await AssignmentStore(tenant: context.tenant).page(
            filter, RowOrderStore(paging), context.database(database))
        return OK(
            paging.page(
                page.rows, total: page.total, totalIsExact: page.isExact,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id ?? .make()) }
            ) { $0 })
    }
}
