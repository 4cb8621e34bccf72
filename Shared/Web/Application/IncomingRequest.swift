package import HTTP
import Models

/// A request on its way to its handler, as the parts read it.
///
/// Confined to the request's task.
package final class IncomingRequest: @unchecked Sendable {
    package let request: HTTPRequest
    package let route: Route
    let pathValues: [String: String]
    let query: QueryString
    private var askedNames: Set<String> = []
    private var collected: [UInt8]?

    init(_ request: HTTPRequest, route: Route, path: RequestPath) throws(Failure) {
        self.request = request
        self.route = route
        pathValues = route.template.values(in: path.segments)
        query = try QueryString(request.query)
    }

    /// The whole body, at most as large as the route allows.
    func bytes() async throws -> [UInt8] {
        if let collected { return collected }
        let bytes = try await request.body.collect(upTo: route.bodyLimit)
        collected = bytes
        return bytes
    }

    // Query parameters that no part asks for are refused: a misspelt filter must not become "no filter".

    func ask(for name: String) { askedNames.insert(name) }

    func refuseUnknownParameters() throws(Failure) {
        let unknown = query.names.filter { !askedNames.contains($0) }
        guard !unknown.isEmpty else { return }
        throw Failure(
            .invalidQuery,
            errors: unknown.prefix(20).map {
                FieldError(
                    pointer: "query/\(QueryString.shown($0))", code: "unknown", detail: "There is no such parameter.")
            })
    }
}
