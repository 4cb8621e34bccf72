import Crypto
import JSON

/// A provider's statement of who has signed in (OpenID Connect Core 1.0, section 2), taken apart but not yet believed.
struct IdentityToken: Sendable {
    /// Why a token is not believed; for the owner's eyes, in the audit log.
    struct Fault: Error, Equatable, Sendable {
        let reason: String
        /// The key that it names is unknown: the provider may have changed its keys.
        var isUnknownKey = false
    }

    /// What a token has to say.
    struct Expectation: Sendable {
        var issuer: String
        var clientID: String
        var nonce: String
        /// Seconds since 1970.
        var now: Int64
    }

    private static let longest = 65_536
    /// How far the clocks may differ.
    private static let tolerance: Int64 = 60
    /// A token is shown to us at once.
    private static let oldest: Int64 = 600

    private let algorithm: SignatureKey.Algorithm
    private let keyID: String?
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: [UInt8]

    init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longest else { throw Fault(reason: "too long") }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64.url.decode(parts[0]), let payload = Base64.url.decode(parts[1]),
            let signature = Base64.url.decode(parts[2])
        else { throw Fault(reason: "not a signed token") }
        let header = try Self.object(head)
        // Not taken from the header: keys, addresses of keys, or extensions.
        guard header["crit"] == nil else { throw Fault(reason: "an extension that must be understood") }
        guard let algorithm = header.text("alg").flatMap(SignatureKey.Algorithm.init(rawValue:)) else {
            throw Fault(reason: "an algorithm that is not allowed")
        }
        self.algorithm = algorithm
        keyID = header.text("kid")
        signed = Array(bytes[..<parts[1].endIndex])
        self.payload = payload
        self.signature = signature
    }

    /// The claims, once the signature and all that section 3.1.3.7 asks for are right.
    func claims(keys: ProviderKeys, _ expected: Expectation) throws(Fault) -> JSONValue {
        let candidates = keys.candidates(algorithm, id: keyID)
        guard !candidates.isEmpty else { throw Fault(reason: "signed with an unknown key", isUnknownKey: true) }
        guard candidates.contains(where: { $0.isValid(signature, for: signed, encoding: .fixed) }) else {
            throw Fault(reason: "a wrong signature")
        }
        let claims = try Self.object(payload)
        guard claims.text("iss") == expected.issuer else { throw Fault(reason: "of another issuer") }
        try Self.checkAudience(claims, expected)
        try Self.checkTimes(claims, now: expected.now)
        guard let nonce = claims.text("nonce"), ConstantTime.areEqual(nonce, expected.nonce) else {
            throw Fault(reason: "of another sign-in")
        }
        guard let subject = claims.text("sub"), (1...255).contains(subject.utf8.count) else {
            throw Fault(reason: "about nobody")
        }
        return claims
    }

    private static func checkAudience(_ claims: JSONValue, _ expected: Expectation) throws(Fault) {
        let client = JSONValue.string(expected.clientID)
        switch claims["aud"] {
        case client?: break
        case .array(let audience)?:
            guard audience.contains(client) else { throw Fault(reason: "for another client") }
            guard audience.count == 1 || claims["azp"] != nil else { throw Fault(reason: "for several clients") }
        default: throw Fault(reason: "for another client")
        }
        guard claims["azp"] == nil || claims["azp"] == client else { throw Fault(reason: "given to another client") }
    }

    private static func checkTimes(_ claims: JSONValue, now: Int64) throws(Fault) {
        guard let expiry = claims.seconds("exp"), let issued = claims.seconds("iat") else {
            throw Fault(reason: "without its times")
        }
        guard now < expiry + tolerance else { throw Fault(reason: "expired") }
        guard issued <= now + tolerance else { throw Fault(reason: "issued in the future; are the clocks right?") }
        guard issued >= now - oldest else { throw Fault(reason: "issued long ago") }
        guard claims["nbf"] == nil || (claims.seconds("nbf") ?? .max) <= now + tolerance else {
            throw Fault(reason: "not yet valid")
        }
    }

    private static func object(_ bytes: [UInt8]) throws(Fault) -> JSONValue {
        let value: JSONValue
        do { value = try JSON.decode(JSONValue.self, from: bytes) } catch { throw Fault(reason: "not readable") }
        guard case .object(let members) = value, Set(members.map(\.name)).count == members.count else {
            throw Fault(reason: "not readable in one way")
        }
        return value
    }
}
