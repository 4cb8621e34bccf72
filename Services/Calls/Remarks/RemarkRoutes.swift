import Auth
import Events
import Models
import Postgres
import Web

/// Notes on calls, or comments at seconds of them, over HTTP.
struct RemarkRoutes: Sendable {
    /// The data of `call.mentioned`.
    struct Mention: Codable, Sendable {
        var callID: CallID
        var remarkID: RemarkID
        var authorID: UserID?
        var mentioned: [UserID]
        var atSeconds: Double?
    }

    /// Where a remark stands in the path.
    struct Place: Codable, Sendable {
        var id: CallID
        var remarkID: RemarkID
    }

    let kind: RemarkKind
    let database: Database
    let people: PeopleDirectory

    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Remarks> {
        _ = try await call(path.id, context)
        return OK(CallsAPI.Remarks(data: try await store(context).list(kind, of: path.id, in: context.tenant)))
    }

    func createNote(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CreateNote>
    ) async throws -> Created<CallsAPI.Remark> {
        try await create(body.value.text, body.value.mentions ?? [], at: nil, on: path.id, context)
    }

    func createComment(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CreateComment>
    ) async throws -> Created<CallsAPI.Remark> {
        let wanted = body.value
        return try await create(wanted.text, wanted.mentions ?? [], at: wanted.atSeconds, on: path.id, context)
    }

    private func create(
        _ text: String, _ mentions: [UserID], at seconds: Double?, on id: CallID, _ context: RequestContext
    ) async throws -> Created<CallsAPI.Remark> {
        let call = try await call(id, context)
        if let seconds, let end = call.recording?.durationSeconds, seconds > end {
            throw Failure.invalid("/at_seconds", "out_of_range", "The recording ends before.")
        }
        try await check(mentions, call, context)
        let (tenant, author) = (context.tenant, context.principal?.user?.userID)
        let made = try await context.database(database).transaction { transaction in
            let made = try await RemarkStore(rows: transaction).create(
                kind, text, mentions, at: seconds, on: id, by: author, in: tenant)
            if let made { try await tell(made, mentions, transaction) }
            return made
        }
        guard let made else { throw Failure(.conflict, "The call has too many of them already.") }
        return Created(made, at: "/api/v1/calls/\(id)/\(kind.rawValue)s/\(made.id)", version: made.version)
    }

    func update(
        _ context: RequestContext, _ path: Path<Place>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateRemark>
    ) async throws -> OK<CallsAPI.Remark> {
        let (call, present) = try await present(path.value, context)
        guard present.authorID == context.principal?.user?.userID else {
            throw Failure(.forbidden, "Whoever wrote it changes it.")
        }
        let wanted = body.value
        try await check(wanted.mentions ?? [], call, context)
        let changed = try await context.database(database).transaction { transaction in
            let changed = try await RemarkStore(rows: transaction).update(
                present.id, wanted, version: match.version, in: context.tenant)
            let added = (wanted.mentions ?? []).filter { !present.mentions.contains($0) }
            if let changed { try await tell(changed, added, transaction) }
            return changed
        }
        guard let changed else { throw Failure(.preconditionFailed) }
        return OK(changed, version: changed.version)
    }

    func versions(_ context: RequestContext, _ path: Path<Place>) async throws -> OK<CallsAPI.RemarkVersions> {
        let (_, present) = try await present(path.value, context)
        return OK(
            CallsAPI.RemarkVersions(data: try await store(context).versions(of: present.id, in: context.tenant)))
    }

    func delete(_ context: RequestContext, _ path: Path<Place>, _ match: IfMatch) async throws -> NoContent {
        let (_, present) = try await present(path.value, context)
        guard present.authorID == context.principal?.user?.userID || context.has(.callsDelete) else {
            throw Failure(.forbidden, "Whoever wrote it removes it.")
        }
        guard try await store(context).delete(present.id, version: match.version, in: context.tenant) else {
            throw Failure(.preconditionFailed)
        }
        return NoContent()
    }

    private func tell(_ remark: CallsAPI.Remark, _ mentioned: [UserID], _ transaction: Transaction) async throws {
        guard !mentioned.isEmpty else { return }
        try await Outbox.publish(
            .callMentioned, subject: "call/\(remark.callID)",
            data: Mention(
                callID: remark.callID, remarkID: remark.id, authorID: remark.authorID, mentioned: mentioned,
                atSeconds: remark.atSeconds), in: transaction)
    }

    /// Nobody is told of a call that they may not see.
    private func check(_ mentions: [UserID], _ call: Call, _ context: RequestContext) async throws {
        let agentsSeeAll = context.settings[Settings.visibility] == .organisation
        var errors: [FieldError] = []
        for (index, person) in mentions.enumerated() {
            let found = try await people.find(person, context.tenant)
            let maySee = found.map { $0.role != .agent || agentsSeeAll || call.agentID == person } ?? false
            if found?.status != .active || !maySee {
                errors.append(
                    FieldError(
                        pointer: "/mentions/\(index)", code: "not_allowed", detail: "The person may not see the call."))
            }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }

    private func store(_ context: RequestContext) -> RemarkStore { RemarkStore(rows: context.database(database)) }

    private func call(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let call = try await CallStore(database: database).find(id, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        return call
    }

    private func present(_ place: Place, _ context: RequestContext) async throws -> (Call, CallsAPI.Remark) {
        let call = try await call(place.id, context)
        guard let found = try await store(context).find(place.remarkID, kind, in: context.tenant),
            found.callID == place.id
        else { throw Failure(.notFound) }
        return (call, found)
    }
}
