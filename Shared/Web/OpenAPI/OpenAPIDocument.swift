import HTTP
import JSON
import Models

/// The OpenAPI document of a route table, made when it is first asked for.
///
/// Confined to its loop.
final class OpenAPIDocument: @unchecked Sendable {
    private let routes: RouteTable
    private var bytes: [UInt8]?

    init(_ routes: RouteTable) { self.routes = routes }

    func response(to request: HTTPRequest) throws -> HTTPResponse {
        guard request.method == .get || request.method == .head else {
            throw Failure(.methodNotAllowed, headers: [("Allow", "GET, HEAD")])
        }
        let document = try bytes ?? routes.openAPI(title: "Switchboard: \(routes.service.rawValue)")
        bytes = document
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(document))
    }
}

extension RouteTable {
    /// The document as JSON.
    package func openAPI(title: String) throws -> [UInt8] { [] }
}
