import Crypto
import JSON

/// The compact form of RFC 7515 with one algorithm, EdDSA on Ed25519.
///
/// Only the suite makes the tokens that it takes, so a header is not interpreted but compared with the one that we
/// write for its key. What attacks on headers need (`alg` of `none` or HS256, `jwk`, `jku`, `x5u`, `crit`, members
/// given twice) is thereby not refused case by case: there is no code that could follow it.
enum JWTCodec {
    /// The longest token that is looked at; ours have about 600 bytes.
    static let longestToken = 4096
    static let longestKeyID = 64

    /// A token taken apart, not yet verified.
    struct Parts {
        let keyID: String
        let signed: [UInt8]
        let payload: [UInt8]
        let signature: [UInt8]
    }

    static func header(keyID: String) -> String {
        "{\"alg\":\"EdDSA\",\"kid\":\"\(keyID)\",\"typ\":\"JWT\"}"
    }

    /// Letters, digits, `-` and `_`: nothing that would need an escape in the header.
    static func isKeyID(_ text: String) -> Bool {
        (1...longestKeyID).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    static func encode(payload: [UInt8], keyID: String, key: Ed25519PrivateKey) throws(CryptoError) -> String {
        let signed = Base64.url.encode(Array(header(keyID: keyID).utf8)) + "." + Base64.url.encode(payload)
        return signed + "." + Base64.url.encode(try key.sign(Array(signed.utf8)))
    }

    /// Takes a token apart: exactly three parts in canonical base 64, and the header of a key that may exist.
    static func split(_ token: [UInt8]) throws(TokenError) -> Parts {
        guard token.count <= longestToken else { throw .invalid("too long") }
        let parts = token.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .invalid("not three parts") }
        guard let header = Base64.url.decode(parts[0]), let payload = Base64.url.decode(parts[1]),
            let signature = Base64.url.decode(parts[2])
        else { throw .invalid("not canonical base64url") }
        guard signature.count == 64 else { throw .invalid("not a signature of Ed25519") }
        return Parts(
            keyID: try keyID(header), signed: Array(token[..<parts[1].endIndex]), payload: payload, signature: signature
        )
    }

    private static func keyID(_ header: [UInt8]) throws(TokenError) -> String {
        let start = Array("{\"alg\":\"EdDSA\",\"kid\":\"".utf8)
        guard header.starts(with: start), let text = String(validating: header.dropFirst(start.count), as: UTF8.self)
        else { throw .invalid("not our header") }
        let keyID = String(text.prefix { $0 != "\"" })
        guard isKeyID(keyID), header == Array(Self.header(keyID: keyID).utf8) else { throw .invalid("not our header") }
        return keyID
    }

    static func claims(_ payload: [UInt8]) throws(TokenError) -> TokenClaims {
        let claims: TokenClaims
        do {
            // A newer release may add claims while this one still runs.
            claims = try JSON.decode(TokenClaims.self, from: payload, unknownKeys: .ignore)
        } catch {
            throw .invalid("not our claims")
        }
        guard MemberNames.areUnique(in: payload) else { throw .invalid("a claim given twice") }
        return claims
    }
}
