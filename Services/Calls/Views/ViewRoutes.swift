import Auth
import JSON
import Models
import Postgres
import Web

/// Saved views over HTTP; whoever made one changes it.
struct ViewRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Views> {
        OK(CallsAPI.Views(data: try await store(context).list(of: context.user.userID, in: context.tenant)))
    }

    func create(_ context: RequestContext, _ body: Body<CallsAPI.CreateView>) async throws -> Created<CallsAPI.View> {
        let wanted = body.value
        let made = try await store(context).create(
            wanted, filter: try StoredFilter.checked(wanted.filter),
            sort: try Self.checked(wanted.sort) ?? "-started_at",
            of: try context.user.userID, in: context.tenant)
        guard let made else { throw Failure(.conflict, "There are \(ViewStore.mostPerPerson) views already.") }
        return Created(made, at: "/api/v1/calls/views/\(made.id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<CallViewID>) async throws -> OK<CallsAPI.View> {
        let found = try await present(path.id, context)
        return OK(found, version: found.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<CallViewID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateView>
    ) async throws -> OK<CallsAPI.View> {
        try await checkOwn(path.id, context)
        let wanted = body.value
        _ = try Self.checked(wanted.sort)
        let changed = try await store(context).update(
            path.id, wanted, filter: try wanted.filter.map(StoredFilter.checked), version: match.version,
            in: context.tenant)
        guard let changed else { throw Failure(.preconditionFailed) }
        return OK(changed, version: changed.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<CallViewID>, _ match: IfMatch) async throws -> NoContent {
        try await checkOwn(path.id, context)
        guard try await store(context).delete(path.id, version: match.version, in: context.tenant) else {
            throw Failure(.preconditionFailed)
        }
        return NoContent()
    }

    private func store(_ context: RequestContext) -> ViewStore { ViewStore(rows: context.database(database)) }

    private func present(_ id: CallViewID, _ context: RequestContext) async throws -> CallsAPI.View {
        let found = try await store(context).find(id, of: context.user.userID, in: context.tenant)
        guard let found else { throw Failure(.notFound) }
        return found
    }

    private func checkOwn(_ id: CallViewID, _ context: RequestContext) async throws {
        let found = try await present(id, context)
        guard found.ownerID == (try context.user.userID) || context.has(.settingsWrite) else {
            throw Failure(.forbidden, "Whoever made it changes it.")
        }
    }

    private static func checked(_ sort: String?) throws(Failure) -> String? {
        guard let sort else { return nil }
        guard CallSort(rawValue: String(sort.drop { $0 == "-" })) != nil, !sort.hasPrefix("--") else {
            throw Failure.invalid("/sort", "not_allowed", "A sort of the list of calls expected.")
        }
        return sort
    }
}

/// The filter of a list as it is kept: an object of the list's parameters, checked when it comes in.
enum StoredFilter {
    static func checked(_ document: JSONText) throws -> JSONText { try JSONText(encoding: query(document)) }

    /// 422 for what is no filter, with each fault.
    static func query(_ document: JSONText) throws -> CallQuery {
        do { return try JSON.decode(CallQuery.self, from: document.bytes, unknownKeys: .refuse) } catch {
            throw Failure(
                .validationFailed,
                errors: error.fields.map {
                    FieldError(pointer: "/filter\($0.pointer)", code: $0.code, detail: $0.detail)
                })
        }
    }
}
