import Models
import Postgres
import Web

/// The vocabulary of a tenant over HTTP.
struct VocabularyRoutes: Sendable {
    private let vocabularies: VocabularyStore

    init(database: Database) { vocabularies = VocabularyStore(database: database) }

    func get(_ context: RequestContext) async throws -> OK<CallsAPI.Vocabulary> {
        let found = try await vocabularies.find(in: context.tenant)
        return OK(found, version: found.version)
    }

    func put(
        _ context: RequestContext, _ match: OptionalIfMatch, _ body: Body<CallsAPI.SetVocabulary>
    ) async throws -> OK<CallsAPI.Vocabulary> {
        let terms = body.value.terms
        let errors = terms.enumerated().compactMap { index, term in
            (1...80).contains(term.trimmed.utf8.count) && !term.contains(where: \.isNewline)
                ? nil
                : FieldError(
                    pointer: "/terms/\(index)", code: "invalid_length", detail: "1 to 80 bytes on one line expected")
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        guard
            let set = try await vocabularies.set(terms.map(\.trimmed), version: match.version, in: context.tenant)
        else { throw Failure(.preconditionFailed) }
        return OK(set, version: set.version)
    }
}
