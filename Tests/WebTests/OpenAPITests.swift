import HTTP
import JSON
import Models
import TestSupport
import Testing
import Web
import WebTestSupport

struct OpenAPITests {
    private func document() throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: try Sample.table.openAPI())
    }

    private func operation(_ path: String, _ method: String) throws -> JSONValue {
        try #require(try document()["paths"]?[path]?[method])
    }

    private func names(_ value: JSONValue?) -> [String] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap { element in
            guard case .string(let name)? = element["name"] else { return nil }
            return name
        }
    }

    @Test func `every route is described under its path and method`() throws {
        for route in Sample.table.routes {
            let operation = try operation(route.template.description, route.method.rawValue.lowercased())
            #expect(operation["operationId"] == .string(route.operationID))
        }
    }

    @Test func `parameters come from the parts that a handler takes`() throws {
        let list = try operation("/api/v1/things", "get")
        #expect(
            names(list["parameters"]) == [
                "search", "min_size", "plan", "created_after", "limit", "page", "cursor", "sort",
            ])
        #expect(names(try operation("/api/v1/things/{id}", "patch")["parameters"]) == ["id", "If-Match"])
    }

    @Test func `bodies and answers refer to the types that are really coded`() throws {
        let create = try operation("/api/v1/things", "post")
        let body = create["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]
        guard case .string(let reference)? = body else {
            Issue.record("the body has no reference")
            return
        }
        let name = String(reference.split(separator: "/").last ?? "")
        let schema = try document()["components"]?["schemas"]?[name]
        #expect(schema?["required"] == ["title"])
        #expect(create["responses"]?["201"]?["content"]?["application/json"] != nil)
        #expect(create["responses"]?["422"] != nil)
        let upload = try operation("/api/v1/things/{id}/content", "put")
        #expect(upload["requestBody"]?["content"]?["audio/*"] != nil)
    }

    @Test func `a service shows its document to the gateway`() async throws {
        let trust = try TestTrust(.calls)
        let (open, closed) = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            let open = await handler(try trust.request(.get, "/api/openapi.json", as: .anonymous))
            let closed = await handler(try trust.request(.get, "/api/openapi.json", as: .intruder(.owner)))
            return (open, closed.status)
        }
        #expect(open.status == 200)
        #expect(open.bytes == (try Sample.table.openAPI()))
        #expect(closed == 401)
    }
}
