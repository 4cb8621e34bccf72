import Models
import Postgres
import Web

/// Rubrics over HTTP.
struct RubricRoutes: Sendable {
    private let rubrics: RubricStore

    init(database: Database) { rubrics = RubricStore(database: database) }

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Rubrics> {
        let own = try await rubrics.list(in: context.tenant)
        let first = Rubric.standard.wire(isDefault: !own.contains(where: \.isDefault))
        return OK(CallsAPI.Rubrics(data: [first] + own.map(\.wire)))
    }

    func get(_ context: RequestContext, _ path: PathID<RubricID>) async throws -> OK<CallsAPI.Rubric> {
        guard let found = try await rubrics.find(path.id, in: context.tenant) else { throw Failure(.notFound) }
        return OK(found.wire, version: found.rubric.version)
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateRubric>
    ) async throws -> Created<CallsAPI.Rubric> {
        let made = try await rubrics.create(
            name: body.value.name, categories: try Self.categories(body.value.categories),
            isDefault: body.value.isDefault ?? false, in: context.tenant)
        return Created(
            made.wire, at: "/api/v1/calls/rubrics/\(made.wire.id?.description ?? "")", version: made.rubric.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<RubricID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateRubric>
    ) async throws -> OK<CallsAPI.Rubric> {
        let categories = try body.value.categories.map(Self.categories)
        guard try await rubrics.find(path.id, in: context.tenant) != nil else { throw Failure(.notFound) }
        let changed = try await rubrics.update(
            path.id, name: body.value.name, categories: categories, isDefault: body.value.isDefault,
            version: match.version, in: context.tenant)
        return OK(changed.wire, version: changed.rubric.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<RubricID>, _ match: IfMatch) async throws -> NoContent {
        guard try await rubrics.find(path.id, in: context.tenant) != nil else { throw Failure(.notFound) }
        guard try await rubrics.delete(path.id, version: match.version, in: context.tenant) else {
            throw Failure(.preconditionFailed)
        }
        return NoContent()
    }

    /// Names every line that cannot be one.
    private static func categories(_ lines: [CallsAPI.RubricCategory]) throws(Failure) -> [Rubric.Category] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, line) in lines.enumerated() {
            func refuse(_ field: String, _ code: String, _ detail: String) {
                errors.append(FieldError(pointer: "/categories/\(index)/\(field)", code: code, detail: detail))
            }
            let isWord = line.key.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
            }
            if !isWord { refuse("key", "invalid_format", "lower-case letters, digits and _ expected") }
            if !seen.insert(line.key).inserted { refuse("key", "not_unique", "another line has this key") }
            for (place, phrase) in (line.phrases ?? []).enumerated() {
                if phrase.utf8.count > 200 || WordCutter.cut(phrase).isEmpty {
                    refuse("phrases/\(place)", "invalid_format", "words of up to 200 bytes expected")
                }
            }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        return lines.map {
            Rubric.Category(
                key: $0.key, name: $0.name, description: $0.description ?? "", weight: $0.weight,
                phrases: $0.phrases ?? [])
        }
    }
}

extension Rubric {
    fileprivate func wire(isDefault: Bool) -> CallsAPI.Rubric {
        CallsAPI.Rubric(
            id: id, version: version, name: name, isDefault: isDefault,
            categories: categories.map {
                CallsAPI.RubricCategory(
                    key: $0.key, name: $0.name, description: $0.description, weight: $0.weight, phrases: $0.phrases)
            }, createdAt: nil, updatedAt: nil)
    }
}

extension StoredRubric {
    fileprivate var wire: CallsAPI.Rubric {
        var wire = rubric.wire(isDefault: isDefault)
        wire.createdAt = createdAt
        wire.updatedAt = updatedAt
        return wire
    }
}
