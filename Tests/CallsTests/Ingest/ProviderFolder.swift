import Crypto
import Foundation
import JSON

/// The providers' own examples and signatures, which lie outside of the repository.
///
/// `SWITCHBOARD_SHARED` names the folder, by default `../shared` of the checkout; tests skip by name without it.
enum ProviderFolder {
    static let path: String = {
        let folder =
            ProcessInfo.processInfo.environment["SWITCHBOARD_SHARED"] ?? LocalRecogniser.checkout + "/../shared"
        return folder + "/providers"
    }()

    static var isThere: Bool { FileManager.default.fileExists(atPath: path + "/pbx-cdr") }

    static func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
    }

    /// Examples may be larger than what a caller of the API may send.
    static func json(_ file: String) throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: try bytes(file))
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
    var members: [Member] { if case .object(let members) = self { members } else { [] } }
}

/// Signatures as carriers make them.
enum Signing {
    static func sha1(_ text: String, key: String) -> String {
        Base64.standard.encode(HMAC.sha1(Array(text.utf8), key: Array(key.utf8)))
    }
}
