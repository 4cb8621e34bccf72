import Crypto
import JSON

/// The keys that a provider signs its tokens with (RFC 7517), as far as they can be used.
struct ProviderKeys: Sendable {
    struct Entry: Sendable {
        let id: String?
        let key: SignatureKey
    }

    /// More keys than any provider publishes.
    private static let most = 64

    let entries: [Entry]

    /// Nil when the document is no set of keys; keys for other uses or algorithms are passed over.
    init?(_ document: JSONValue) {
        guard case .array(let keys)? = document["keys"], keys.count <= Self.most else { return nil }
        entries = keys.compactMap(Self.entry)
    }

    /// The keys that may have signed a token that names an algorithm and perhaps a key.
    func candidates(_ algorithm: SignatureKey.Algorithm, id: String?) -> [SignatureKey] {
        entries.filter { $0.key.algorithm == algorithm && (id == nil || $0.id == id) }.map(\.key)
    }

    private static func entry(_ value: JSONValue) -> Entry? {
        guard value["use"] == nil || value["use"] == .string("sig"), let key = key(value) else { return nil }
        // A key that is meant for another algorithm, such as PS256, signs none of ours.
        if let algorithm = value.text("alg"), algorithm != key.algorithm.rawValue { return nil }
        return Entry(id: value.text("kid"), key: key)
    }

    private static func key(_ value: JSONValue) -> SignatureKey? {
        do {
            switch (value.text("kty"), value.text("crv")) {
            case ("RSA", _):
                guard let modulus = value.bytes("n"), let exponent = value.bytes("e") else { return nil }
                return try SignatureKey(modulus: modulus, exponent: exponent)
            case ("EC", "P-256"):
                guard let x = value.bytes("x"), let y = value.bytes("y") else { return nil }
                return try SignatureKey(x: x, y: y)
            case ("OKP", "Ed25519"):
                guard let x = value.bytes("x") else { return nil }
                return try SignatureKey(ed25519: x)
            default: return nil
            }
        } catch {
            return nil
        }
    }
}

extension JSONValue {
    /// A member that is a string.
    func text(_ name: String) -> String? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }

    /// A member that is a number of seconds; fractions are cut.
    func seconds(_ name: String) -> Int64? {
        switch self[name] {
        case .int(let seconds)?: seconds
        case .double(let seconds)? where abs(seconds) < 1e15: Int64(seconds)
        default: nil
        }
    }

    fileprivate func bytes(_ name: String) -> [UInt8]? { text(name).flatMap { Base64.url.decode($0) } }
}
