import Crypto
import JSON
import Testing

@testable import Tenancy

/// Keys are those of RFC 7515 (A.2, A.3) and RFC 8037 (A.4), as authenticators and as providers write them.
struct PasskeyKeyTests {
    private static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    private static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    private static let edwards = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    private static let modulus = """
        ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT\
        -SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQ\
        OS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj\
        8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ
        """

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Base64.url.decode(text)) }

    private func text(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count < 24
            ? [0x40 | UInt8(bytes.count)] + bytes
            : bytes.count < 256
                ? [0x58, UInt8(bytes.count)] + bytes
                : [0x59, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }

    /// Type 2 is EC2, algorithm 0x26 is -7, curve 1 is P-256.
    private func curveKey(type: UInt8 = 2, algorithm: UInt8 = 0x26, curve: UInt8 = 1) throws -> [UInt8] {
        [0xA5, 0x01, type, 0x03, algorithm, 0x20, curve, 0x21] + text(try bytes(Self.x)) + [0x22]
            + text(try bytes(Self.y))
    }

    /// Type 3 is RSA, 0x39 0x01 0x00 is -257.
    private func rsaKey(type: UInt8 = 3, exponent: [UInt8] = [1, 0, 1]) throws -> [UInt8] {
        [0xA4, 0x01, type, 0x03, 0x39, 0x01, 0x00, 0x20] + text(try bytes(Self.modulus)) + [0x21] + text(exponent)
    }

    /// Type 1 is OKP, 0x27 is -8, curve 6 is Ed25519.
    private func edwardsKey(curve: UInt8 = 6) throws -> [UInt8] {
        [0xA4, 0x01, 0x01, 0x03, 0x27, 0x20, curve, 0x21] + text(try bytes(Self.edwards))
    }

    @Test func `authenticators' keys are read, of the algorithm that they name`() throws {
        #expect(PasskeyKey.read(try curveKey())?.algorithm == .es256)
        #expect(PasskeyKey.read(try rsaKey())?.algorithm == .rs256)
        #expect(PasskeyKey.read(try edwardsKey())?.algorithm == .edDSA)
    }

    @Test func `a key of another algorithm, or of another kind than its algorithm has, is none`() throws {
        let keys = [
            try curveKey(type: 1), try curveKey(type: 3), try curveKey(algorithm: 0x27), try curveKey(algorithm: 0x38),
            try curveKey(curve: 2), try curveKey(curve: 6), try rsaKey(type: 2), try rsaKey(exponent: [1]),
            try rsaKey(exponent: [2]), try edwardsKey(curve: 1), try edwardsKey(curve: 7), [0xA0], [0x01], [],
            try curveKey() + [0],
        ]
        for key in keys { #expect(PasskeyKey.read(key) == nil, "\(Hex.encode(key))") }
        var offCurve = try curveKey()
        offCurve[offCurve.count - 1] ^= 1
        #expect(PasskeyKey.read(offCurve) == nil)
    }

    @Test func `providers' keys are read, of the algorithm that their kind has`() throws {
        let keys: [JSONValue] = [
            ["kty": "EC", "crv": "P-256", "x": .string(Self.x), "y": .string(Self.y), "kid": "a"],
            ["kty": "RSA", "n": .string(Self.modulus), "e": "AQAB", "kid": "b", "use": "sig"],
            ["kty": "OKP", "crv": "Ed25519", "x": .string(Self.edwards), "kid": "c", "alg": "EdDSA"],
            ["kty": "EC", "crv": "P-384", "x": .string(Self.x), "y": .string(Self.y)],
            ["kty": "EC", "crv": "P-256", "x": .string(Self.x), "y": .string(Self.x)],
            ["kty": "RSA", "n": .string(Self.modulus), "e": "AQ"], ["kty": "RSA", "n": "AQAB", "e": "AQAB"],
            ["kty": "RSA", "n": .string(Self.modulus), "e": "AQAB", "alg": "PS256"],
        ]
        let read = try #require(ProviderKeys(["keys": .array(keys)]))
        #expect(read.entries.map(\.id) == ["a", "b", "c"])
        #expect(read.entries.map(\.key.algorithm) == [.es256, .rs256, .edDSA])
        #expect(read.candidates(.rs256, id: "a").isEmpty && read.candidates(.rs256, id: nil).count == 1)
    }
}
