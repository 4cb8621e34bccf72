import FoundationEssentials
import JSON
import Testing

@testable import Tenancy

struct OpenAPITests {
    /// `docs/openapi/tenancy.json`, where a change to the API shows in review; `UPDATE_SNAPSHOTS=1` writes it anew.
    @Test func `the API is the one that is written down`() throws {
        let bytes = try #require(try TenancyService.openAPI())
        let text = try Self.indented(try JSON.decode(JSONValue.self, from: bytes)) + "\n"
        let path =
            #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
            + "/docs/openapi/tenancy.json"
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        let written = try String(contentsOfFile: path, encoding: .utf8)
        #expect(written == text, "run with UPDATE_SNAPSHOTS=1 when the change is meant")
    }

    /// One member a line, so that a difference shows what has changed.
    private static func indented(_ value: JSONValue, _ depth: Int = 0) throws -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = try members.map { member in
                "\(inner)\(try literal(.string(member.name))): \(try indented(member.value, depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            let lines = try elements.map { inner + (try indented($0, depth + 1)) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        default: return try literal(value)
        }
    }

    private static func literal(_ value: JSONValue) throws -> String {
        String(decoding: try JSON.encode(value), as: UTF8.self)
    }
}
