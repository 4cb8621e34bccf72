import Crypto
import JSON

/// What the browser vouches for (Web Authentication, 5.8.1).
struct BrowserReport: Sendable {
    /// What was asked of the authenticator.
    enum Kind: String, Sendable {
        case create = "webauthn.create"
        case get = "webauthn.get"
    }

    /// What is looked at, by the browser's own spelling of the names.
    private static let longest = 8192

    let kind: Kind
    let challenge: [UInt8]
    let origin: String
    /// The page stood in a frame of another origin.
    let isFramed: Bool
    /// What the authenticator signs of it.
    let digest: [UInt8]

    init(_ bytes: [UInt8]) throws(PasskeyFault) {
        guard bytes.count <= Self.longest, let value = Self.decode(bytes) else { throw .malformed }
        guard case .string(let type)? = value["type"], let kind = Kind(rawValue: type),
            case .string(let challenge)? = value["challenge"], let challenge = Base64.url.decode(challenge),
            case .string(let origin)? = value["origin"]
        else { throw .malformed }
        self.kind = kind
        self.challenge = challenge
        self.origin = origin
        isFramed = value["crossOrigin"] == .bool(true) || (value["topOrigin"].map { $0 != .null } ?? false)
        digest = SHA256.digest(bytes)
    }

    private static func decode(_ bytes: [UInt8]) -> JSONValue? {
        do { return try JSON.decode(JSONValue.self, from: bytes) } catch { return nil }
    }
}
