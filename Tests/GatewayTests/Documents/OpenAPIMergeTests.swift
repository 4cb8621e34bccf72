import JSON
import Testing

@testable import Gateway

@Suite struct OpenAPIMergeTests {
    private func document(_ text: String) throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: Array(text.utf8))
    }

    @Test func `paths stand side by side in order, and shared components once`() throws {
        let first = try document(
            """
            {"openapi":"3.1.0","paths":{"/b":{"get":{"operationId":"b"}}},"tags":[{"name":"calls"}],
             "components":{"schemas":{"Problem":{"type":"object"},"Call":{"type":"object"}},
                           "securitySchemes":{"bearer":{"type":"http"}}}}
            """)
        let second = try document(
            """
            {"openapi":"3.1.0","paths":{"/b":{"get":{}},"/a":{"get":{"operationId":"a"}}},"tags":[{"name":"calls"},{"name":"users"}],
             "components":{"schemas":{"Problem":{"type":"object"},"User":{"type":"object"}}}}
            """)
        let merged = OpenAPIMerge.merged([first, second])
        #expect(names(merged["paths"]) == ["/a", "/b"])
        #expect(names(merged["components"]?["schemas"]) == ["Problem", "Call", "User"])
        #expect(names(merged["components"]?["securitySchemes"]) == ["bearer"])
        #expect(merged["tags"] == [["name": "calls"], ["name": "users"]])
        #expect(merged["openapi"] == "3.1.0")
        #expect(merged["paths"]?["/a"]?["get"]?["operationId"] == "a")
        #expect(merged["paths"]?["/b"]?["get"]?["operationId"] == "b")
    }

    @Test func `parts that say nothing add nothing`() throws {
        let merged = OpenAPIMerge.merged([try document("{}"), .null, [], "text", try document(#"{"paths":[]}"#)])
        #expect(names(merged["paths"]) == [])
        #expect(merged["tags"] == nil)
        #expect(merged["info"]?["title"] == "Switchboard")
    }

    private func names(_ value: JSONValue?) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.map(\.name)
    }
}
