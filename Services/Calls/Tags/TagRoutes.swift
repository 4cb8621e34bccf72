import Auth
import JSON
import Models
import Postgres
import Web

/// Tags over HTTP, and those of one call.
struct TagRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Tags> {
        OK(CallsAPI.Tags(data: try await store(context).list(in: context.tenant)))
    }

    func create(_ context: RequestContext, _ body: Body<CallsAPI.CreateTag>) async throws -> Created<CallsAPI.Tag> {
        try Self.check(body.value.color)
        let made = try await store(context).create(body.value, in: context.tenant)
        return Created(made, at: "/api/v1/calls/tags/\(made.id)", version: made.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<TagID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateTag>
    ) async throws -> OK<CallsAPI.Tag> {
        try Self.check(body.value.color.value)
        let changed = try await store(context).update(
            body.value, version: match.version, of: path.id, in: context.tenant)
        if let changed { return OK(changed, version: changed.version) }
        throw try await refusal(path.id, context)
    }

    func delete(_ context: RequestContext, _ path: PathID<TagID>, _ match: IfMatch) async throws -> NoContent {
        guard try await store(context).delete(path.id, version: match.version, in: context.tenant) else {
            throw try await refusal(path.id, context)
        }
        return NoContent()
    }

    func set(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.SetTags>
    ) async throws -> OK<CallsAPI.Tags> {
        let (ids, tenant) = (body.value.ids, context.tenant)
        let call = try await CallStore(database: database).find(path.id, reach: context.reach, in: tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        let known = try await store(context).known(ids, in: tenant)
        let errors = ids.enumerated().filter { !known.contains($0.element) }.map {
            FieldError(pointer: "/ids/\($0.offset)", code: "not_found", detail: "There is no such tag.")
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        let person = context.principal?.user?.userID
        try await context.database(database).transaction { transaction in
            try await TagStore(rows: transaction).set(ids, on: path.id, by: person, in: tenant)
        }
        let extras = try await CallExtrasStore(database: database).read([path.id], search: nil, in: tenant)
        return OK(CallsAPI.Tags(data: extras.tags[path.id] ?? []))
    }

    private func store(_ context: RequestContext) -> TagStore { TagStore(rows: context.database(database)) }

    private func refusal(_ id: TagID, _ context: RequestContext) async throws -> Failure {
        Failure(try await store(context).find(id, in: context.tenant) == nil ? .notFound : .preconditionFailed)
    }

    private static func check(_ color: String?) throws(Failure) {
        guard let color else { return }
        let digits = color.utf8.dropFirst()
        let isHex = digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0 | 0x20) }
        guard color.utf8.first == UInt8(ascii: "#"), digits.count == 6, isHex else {
            throw Failure.invalid("/color", "invalid_format", "#rrggbb expected")
        }
    }
}
