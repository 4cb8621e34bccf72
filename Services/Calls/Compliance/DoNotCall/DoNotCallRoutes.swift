import Auth
import HTTP
import Models
import Postgres
import Web

/// Do-not-call lists over HTTP: a tenant's own, and at the platform's host the one of all tenants.
struct DoNotCallRoutes: Sendable {
    let database: Database
    let list: DoNotCallList

    /// Which numbers are listed.
    struct Choice: Codable, Sendable {
        /// A number as it is dialled.
        var number: String?
        var reason: DoNotCallReason?
    }

    func list(
        _ context: RequestContext, _ query: Query<Choice>, _ paging: Paging<ConsentSort>
    ) async throws -> OK<Page<CallsAPI.DoNotCallEntry>> {
        var filter = DoNotCallStore.Filter(reason: query.value.reason)
        if let number = query.value.number {
            guard let subject = ContactSubject(number: number, country: context.country) else {
                return OK(
                    paging.page([CallsAPI.DoNotCallEntry](), total: 0, totalIsExact: true, position: position) { $0 })
            }
            filter.hash = try await list.hashing.hash(subject, of: context.tenant, context.database(database))
        }
        let page = try await DoNotCallStore.page(
            filter, RowOrderStore(paging), in: context.tenant, context.database(database))
        return OK(paging.page(page.rows, total: page.total, totalIsExact: page.isExact, position: position) { $0 })
    }

    private func position(_ entry: CallsAPI.DoNotCallEntry) -> CursorPosition {
        CursorPosition(.timestamp(entry.createdAt), entry.id)
    }

    func add(
        _ context: RequestContext, _ body: Body<CallsAPI.AddDoNotCall>
    ) async throws -> Created<CallsAPI.DoNotCallEntry> {
        try context.requireLive()
        let asked = body.value
        guard let subject = ContactSubject(number: asked.number, country: context.country) else {
            throw Failure.invalid("/number", "invalid_format", "telephone number expected")
        }
        if let expiresAt = asked.expiresAt, expiresAt <= .now() {
            throw Failure.invalid("/expires_at", "out_of_range", "It lies in the past.")
        }
        let wanted = DoNotCallList.Wanted(
            subject: subject, reason: asked.reason ?? .requested, note: asked.note, expiresAt: asked.expiresAt)
        let (entry, isNew) = try await context.database(database).transaction { transaction in
            let done = try await list.add(
                [wanted], source: "api", by: context.principal?.user?.userID, in: transaction, context.tenant)
            let hash = try await list.hashing.hash(subject, of: context.tenant, transaction)
            guard let entry = try await DoNotCallStore.find(hash, in: context.tenant, transaction) else {
                throw Failure(.internal)
            }
            return (entry, done.added == 1)
        }
        guard isNew else { return .existing(entry, version: nil) }
        return Created(entry, at: "/api/v1/consent/do-not-call/\(entry.id)", version: nil)
    }

    func remove(_ context: RequestContext, _ path: PathID<DoNotCallID>) async throws -> NoContent {
        try context.requireLive()
        guard try await DoNotCallStore.remove(path.id, in: context.tenant, context.database(database)) else {
            throw Failure(.notFound)
        }
        return NoContent()
    }

    /// The whole list as a table, however long it is.
    func export(_ context: RequestContext) async throws -> Raw {
        let (tenant, rows) = (context.tenant, context.database(database))
        let total = try await DoNotCallStore.page(.init(), RowOrderStore(after: nil, limit: 1), in: tenant, rows).total
        try await TakingEvents.publish(.contactsExported, "do_not_call", rows: total, by: context, database)
        return CSVExport.answer(
            "do-not-call", head: ["number", "reason", "source", "note", "expires_at", "created_at"]
        ) {
            after, limit in
            let page = try await DoNotCallStore.page(
                .init(), RowOrderStore(after: after, limit: limit), in: tenant, rows)
            return page.rows.map { entry in
                (
                    CursorPosition(.timestamp(entry.createdAt), entry.id),
                    [
                        entry.number ?? "", entry.reason.rawValue, entry.source, entry.note ?? "",
                        entry.expiresAt?.description ?? "", entry.createdAt.description,
                    ]
                )
            }
        }
    }
}
