import HTTP
import JSON
import Models
import Telemetry

/// The OpenAPI document of a listener, made once at its start.
///
/// Making it reads every wire type of every route through the recorder, so a type that could not be decoded in the way
/// it is described stops the process before it serves.
struct OpenAPIDocument: Sendable {
    private let bytes: [UInt8]

    init(_ routes: RouteTable, logger: Logger) {
        do {
            bytes = try routes.openAPI()
        } catch {
            // Release builds do not print the message of a failed precondition.
            logger.error("Route table cannot be described", [.error("error", error)])
            preconditionFailure("a wire type cannot be recorded: \(error)")
        }
    }

    func response(to request: HTTPRequest) throws(Failure) -> HTTPResponse {
        guard request.method == .get || request.method == .head else {
            throw Failure(.methodNotAllowed, headers: [("Allow", "GET, HEAD")])
        }
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }
}

extension RouteTable {
    /// The document of these routes as JSON, OpenAPI 3.1, in a stable order.
    package func openAPI() throws -> [UInt8] {
        var schemas = SchemaCollection()
        let problem = try JSONSchema.record(Problem.self, into: &schemas)
        var paths: [JSONValue.Member] = []
        for route in routes where !route.has(.hidden) {
            let operation = JSONValue.Member(
                route.method.rawValue.lowercased(), try OperationWriter.operation(route, &schemas))
            let path = route.template.description
            if let index = paths.firstIndex(where: { $0.name == path }), case .object(let others) = paths[index].value {
                paths[index] = JSONValue.Member(path, .object(others + [operation]))
            } else {
                paths.append(JSONValue.Member(path, .object([operation])))
            }
        }
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": ["title": .string("Switchboard: \(service.rawValue)"), "version": "1"],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "description": "An access token or an API key.",
                    ]
                ],
                "responses": [
                    "problem": [
                        "description": "What went wrong, as RFC 9457 has it.",
                        "content": [Problem.contentType: ["schema": problem]],
                    ]
                ],
                "schemas": .object(schemas.components),
            ],
        ]
        return try JSON.encode(document)
    }

    /// Throws for the first wire type that cannot be recorded.
    package func checkWireTypes() throws { _ = try openAPI() }
}
