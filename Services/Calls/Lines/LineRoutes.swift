import JSON
import Models
import Postgres
import Web

/// Whose extensions and numbers are.
struct LineRoutes: Sendable {
    let database: Database
    let people: PeopleDirectory

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    /// The query of a list of lines.
    struct LineQuery: Codable, Sendable {
        /// As on a call: an extension, a number, a SIP address.
        var value: String?
        var agentID: UserID?
        var team: String?
        /// Those that are valid at this instant.
        var validAt: Timestamp?
    }

    /// The query of the lines that nobody was given.
    struct UnknownQuery: Codable, Sendable {
        var limit: Int?
    }

    func list(
        _ context: RequestContext, _ query: Query<LineQuery>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.Line>> {
        let asked = query.value
        let filter = LineFilter(
            value: asked.value.map { Party(reading: $0, country: context.country).value }, agentID: asked.agentID,
            team: asked.team, validAt: asked.validAt)
        let found = try await store(context).list(filter, RowOrderStore(paging), in: context.tenant)
        return OK(
            paging.page(
                found.lines, total: found.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire })
    }

    func unknown(_ context: RequestContext, _ query: Query<UnknownQuery>) async throws -> OK<CallsAPI.UnknownLines> {
        let limit = min(max(query.value.limit ?? 100, 1), 100)
        let found = try await LineCallStore(rows: database.tenant(context.tenant)).unknown(after: nil, limit: limit + 1)
        return OK(CallsAPI.UnknownLines(data: found.prefix(limit).map(\.wire), hasMore: found.count > limit))
    }

    func create(_ context: RequestContext, _ body: Body<CallsAPI.CreateLine>) async throws -> Created<CallsAPI.Line> {
        let wanted = body.value
        try Line.check(from: wanted.validFrom, to: wanted.validTo)
        try await check(wanted.agentID, context)
        let now = Timestamp.now()
        let line = Line(
            id: .make(), source: Line.source(of: wanted.connectionID),
            value: try Line.value(reading: wanted.value, country: context.country), label: wanted.label,
            agentID: wanted.agentID, team: wanted.team, validFrom: wanted.validFrom, validTo: wanted.validTo,
            routing: try await read(wanted.routing, context), agentChannel: wanted.agentChannel, version: 1,
            createdAt: now, updatedAt: now)
        let tenant = context.tenant
        let made = try await database.tenant(tenant).transaction { transaction in
            let made = try await LineStore(rows: transaction).create(line, in: tenant)
            try await AssignLineCallsJob.enqueue(made.id, in: transaction)
            return made
        }
        return Created(made.wire, at: "/api/v1/lines/\(made.id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<LineID>) async throws -> OK<CallsAPI.Line> {
        guard let line = try await store(context).find(path.id, in: context.tenant) else { throw Failure(.notFound) }
        return OK(line.wire, version: line.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<LineID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateLine>
    ) async throws -> OK<CallsAPI.Line> {
        guard var line = try await store(context).find(path.id, in: context.tenant) else { throw Failure(.notFound) }
        line.apply(body.value)
        if body.value.agentID.isPresent { try await check(line.agentID, context) }
        if body.value.routing.isPresent { line.routing = try await read(body.value.routing.value, context) }
        try Line.check(from: line.validFrom, to: line.validTo)
        let (wanted, tenant) = (line, context.tenant)
        let made = try await database.tenant(tenant).transaction { transaction in
            let made = try await LineStore(rows: transaction).update(wanted, version: match.version, in: tenant)
            if let made { try await AssignLineCallsJob.enqueue(made.id, in: transaction) }
            return made
        }
        guard let made else { throw Failure(.preconditionFailed) }
        return OK(made.wire, version: made.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<LineID>, _ match: IfMatch) async throws -> NoContent {
        let tenant = context.tenant
        guard try await store(context).find(path.id, in: tenant) != nil else { throw Failure(.notFound) }
        let gone = try await database.tenant(tenant).transaction { transaction in
            let gone = try await LineStore(rows: transaction).delete(path.id, version: match.version, in: tenant)
            if let gone { try await AssignLineCallsJob.enqueue(gone.id, in: transaction) }
            return gone
        }
        guard gone != nil else { throw Failure(.preconditionFailed) }
        return NoContent()
    }

    private func check(_ agent: UserID?, _ context: RequestContext) async throws {
        guard let agent else { return }
        try await PeopleCheck(people: people, database: database).require([("/agent_id", agent)], in: context.tenant)
    }

    private func read(
        _ routing: CallsAPI.LineRouting?, _ context: RequestContext
    ) async throws -> CallsAPI.LineRouting? {
        guard let routing else { return nil }
        let checked = try routing.checked(country: context.country)
        do { try await TimeZoneStore.check(checked.timeZone, database.tenant(context.tenant)) } catch is Failure {
            throw Failure.invalid("/routing/time_zone", "unknown", "There is no such time zone.")
        }
        return checked
    }

    private func store(_ context: RequestContext) -> LineStore { LineStore(rows: database.tenant(context.tenant)) }
}

extension Line {
    /// Changes what was given.
    fileprivate mutating func apply(_ change: CallsAPI.UpdateLine) {
        func changed<Value>(_ patch: Patch<Value>, _ old: Value?) -> Value? { patch.isPresent ? patch.value : old }
        label = changed(change.label, label)
        agentID = changed(change.agentID, agentID)
        team = changed(change.team, team)
        validFrom = changed(change.validFrom, validFrom)
        validTo = changed(change.validTo, validTo)
        agentChannel = changed(change.agentChannel, agentChannel)
    }

    fileprivate var wire: CallsAPI.Line {
        CallsAPI.Line(
            id: id, connectionID: Line.connection(of: source), value: value, label: label, agentID: agentID,
            team: team, validFrom: validFrom, validTo: validTo, routing: routing,
            agentChannel: agentChannel, createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension UnknownLine {
    fileprivate var wire: CallsAPI.UnknownLine {
        let bound = Int(LineCallStore.countBound)
        return CallsAPI.UnknownLine(
            value: value, connectionID: Line.connection(of: source), calls: min(calls, bound),
            callsIsExact: calls <= bound, firstCallAt: firstCallAt, lastCallAt: lastCallAt)
    }
}
