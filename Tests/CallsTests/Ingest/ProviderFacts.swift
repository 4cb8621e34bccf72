import FoundationEssentials
import JSON

@testable import Calls

/// What providers publish: examples and signature vectors.
enum ProviderFacts {
    /// Nil when the folder is not there; tests that need it are skipped by name.
    static func document(_ path: String) -> JSONValue? {
        guard let data = FileManager.default.contents(atPath: "\(ProviderFolder.path)/\(path)") else { return nil }
        do { return try JSON.decode(JSONValue.self, from: Array(data)) } catch { return nil }
    }

    static var isThere: Bool { document("retell/webhook-examples.json") != nil }

    /// The members of an object.
    static func members(_ value: JSONValue?) -> [JSONValue.Member] {
        guard case .object(let members)? = value else { return [] }
        return members
    }
}
