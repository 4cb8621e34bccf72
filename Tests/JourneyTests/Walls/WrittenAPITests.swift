import Glibc
import JSON
import Testing

@Suite struct WrittenAPITests {
    /// `UPDATE_SNAPSHOTS=1` writes the documents anew.
    @Test func `the written-out documents describe what the gateway serves, all of it`() async throws {
        try await SharedSuite.visit { visit in
            let suite = visit.suite
            if getenv("UPDATE_SNAPSHOTS") != nil { try await suite.blocking { try WrittenAPI.update(suite) } }
            let answer = try await visit.caller("admin").get("/api/openapi.json").expect(200)
            let served = try answer.decoded(JSONValue.self)
            var written: [String: JSONValue] = [:]
            for (name, document) in try WrittenAPI.documents() {
                for path in Self.members(document["paths"]) { written[path.name] = path.value }
                for schema in Self.members(document["components"]?["schemas"]) {
                    let isServed = served["components"]?["schemas"]?[schema.name] == schema.value
                    #expect(
                        isServed, "\(name): \(schema.name) is served otherwise; UPDATE_SNAPSHOTS=1 if that is meant")
                }
            }
            let paths = Self.members(served["paths"])
            #expect(Set(paths.map(\.name)) == Set(written.keys), "UPDATE_SNAPSHOTS=1 if that is meant")
            for path in paths {
                let isWritten = written[path.name] == path.value
                #expect(isWritten, "\(path.name) is served otherwise; UPDATE_SNAPSHOTS=1 if that is meant")
            }
        }
    }

    private static func members(_ value: JSONValue?) -> [JSONValue.Member] {
        guard case .object(let members) = value else { return [] }
        return members
    }
}
