import FoundationEssentials
import JSON

@testable import Calls

/// What providers publish: examples and signature vectors.
///
/// They lie outside of the repository: `SWITCHBOARD_SHARED` names the folder, by default `../shared` of the checkout.
enum ProviderFacts {
    /// Nil when the folder is not there; tests that need it are skipped by name.
    static func document(_ path: String) -> JSONValue? {
        let folder =
            ProcessInfo.processInfo.environment["SWITCHBOARD_SHARED"] ?? LocalRecogniser.checkout + "/../shared"
        guard let data = FileManager.default.contents(atPath: "\(folder)/providers/\(path)") else { return nil }
        do { return try JSON.decode(JSONValue.self, from: Array(data)) } catch { return nil }
    }

    static var isThere: Bool { document("retell/webhook-examples.json") != nil }

    /// The members of an object.
    static func members(_ value: JSONValue?) -> [JSONValue.Member] {
        guard case .object(let members)? = value else { return [] }
        return members
    }
}
