import Crypto
import JSON
import Models

@testable import Tenancy

/// An authenticator in the test, with a key of Ed25519, that can be told to lie about anything.
struct VirtualPasskey {
    /// What the authenticator and its browser say; the defaults are the truth.
    struct Words {
        var kind = ""
        var origin = "http://acme.localhost:8080"
        var rpID = "acme.localhost"
        var flags: UInt8 = 0x05
        var signCount: UInt32 = 0
        var extra: [JSONValue.Member] = []
        var format = "none"
        var statement: [UInt8] = [0xA0]
        var coseAlgorithm: UInt8 = 0x27
        var tail: [UInt8] = []
    }

    let key: Ed25519PrivateKey
    var credentialID = SecureRandom.bytes(32)
    var userHandle: [UInt8] = []

    init() throws { key = try .make() }

    func clientData(_ challenge: String, _ kind: String, _ words: Words) throws -> [UInt8] {
        try JSON.encode(
            JSONValue.object(
                [
                    .init("type", .string(words.kind.isEmpty ? kind : words.kind)),
                    .init("challenge", .string(challenge)), .init("origin", .string(words.origin)),
                ] + words.extra))
    }

    func attestation(_ words: Words) -> [UInt8] {
        let count = UInt8(credentialID.count)
        let cose: [UInt8] =
            [0xA4, 0x01, 0x01, 0x03, words.coseAlgorithm, 0x20, 0x06, 0x21, 0x58, 0x20] + key.publicKey.raw
        var flagged = words
        flagged.flags |= 0x40
        let data =
            head(flagged) + [UInt8](repeating: 0, count: 16) + [0, count] + credentialID + cose + words.tail
        // As short as it can be: here it always fits into one byte.
        let length: [UInt8] = [0x58, UInt8(data.count)]
        return [0xA3, 0x63] + Array("fmt".utf8) + [0x60 | UInt8(words.format.utf8.count)] + Array(words.format.utf8)
            + [0x67] + Array("attStmt".utf8) + words.statement + [0x68] + Array("authData".utf8) + length
            + data
    }

    /// The body of a registration.
    func registration(_ challenge: String, _ words: Words = Words(), name: String = "laptop") throws -> JSONValue {
        [
            "name": .string(name),
            "client_data": .string(Base64.url.encode(try clientData(challenge, "webauthn.create", words))),
            "attestation": .string(Base64.url.encode(attestation(words))),
            "transports": ["internal", "telepathy"],
        ]
    }

    /// The body of a sign-in.
    func answer(_ challenge: String, _ words: Words = Words()) throws -> JSONValue {
        let client = try clientData(challenge, "webauthn.get", words)
        let data = head(words) + words.tail
        return [
            "id": .string(Base64.url.encode(credentialID)), "client_data": .string(Base64.url.encode(client)),
            "authenticator_data": .string(Base64.url.encode(data)),
            "signature": .string(Base64.url.encode(try key.sign(data + SHA256.digest(client)))),
            "user_handle": .string(Base64.url.encode(userHandle)),
        ]
    }

    private func head(_ words: Words) -> [UInt8] {
        let count = words.signCount
        return SHA256.digest(words.rpID) + [words.flags]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) }
    }
}
