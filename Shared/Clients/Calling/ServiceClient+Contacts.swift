import HTTP
package import Models

extension ServiceClient {
    /// Asks calls whether somebody may be contacted now; the answer is on record there.
    ///
    /// Whoever gets no answer contacts nobody.
    package func mayContact(
        _ question: InternalAPI.ContactQuestion, scope: Scope
    ) async throws -> InternalAPI.ContactDecision {
        try await send(
            .post, "/internal/consent/decisions", question, as: InternalAPI.ContactDecision.self, scope: scope)
    }
}
