import HTTP
import JSON
import Models
import Testing

/// One operation of the API's own description.
struct Operation: Sendable {
    let method: HTTPMethod
    let path: String
    let takesJSON: Bool

    var isParameterised: Bool { path.contains("{") }

    /// The path with something in the place of each of its parameters.
    func target(_ value: (_ path: String) -> String) -> String {
        guard isParameterised else { return path }
        let value = value(path)
        return path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.hasPrefix("{") ? value : String(part)
        }.joined(separator: "/")
    }

    /// Every operation that the gateway describes.
    static func all(_ visit: Visit) async throws -> [Operation] {
        let answer = try await visit.caller("admin").get("/api/openapi.json").expect(200)
        guard case .object(let paths) = try answer.decoded(JSONValue.self)["paths"] else { return [] }
        return paths.flatMap { path -> [Operation] in
            guard case .object(let members) = path.value else { return [] }
            return members.filter { Self.methods.contains($0.name) }.map { member in
                Operation(
                    method: HTTPMethod(member.name.uppercased()), path: path.name,
                    takesJSON: member.value["requestBody"]?["content"]?["application/json"] != nil)
            }
        }
    }

    private static let methods: Set<String> = ["get", "put", "post", "patch", "delete", "head", "options"]
}
