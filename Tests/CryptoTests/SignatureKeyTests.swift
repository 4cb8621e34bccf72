import Testing

@testable import Crypto

/// Keys and signatures are those of RFC 7515 (A.2, A.3) and RFC 8037 (A.4).
@Suite struct SignatureKeyTests {
    private struct Vector {
        let key: SignatureKey
        let message: [UInt8]
        let signature: [UInt8]
    }

    private static let claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(Base64.url.decode(text.filter { !$0.isWhitespace }))
    }

    private func es256() throws -> Vector {
        Vector(
            key: try SignatureKey(
                x: try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                y: try bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")),
            message: Array("eyJhbGciOiJFUzI1NiJ9.\(Self.claims)".utf8),
            signature: try bytes(
                """
                DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
                """))
    }

    private func rs256() throws -> Vector {
        Vector(
            key: try SignatureKey(
                modulus: try bytes(
                    """
                    ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT
                    -SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQ
                    OS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj
                    8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ
                    """), exponent: try bytes("AQAB")),
            message: Array("eyJhbGciOiJSUzI1NiJ9.\(Self.claims)".utf8),
            signature: try bytes(
                """
                cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9C
                UAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_
                dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0
                igcN_IoypGlUPQGe77Rw
                """))
    }

    private func edDSA() throws -> Vector {
        Vector(
            key: try SignatureKey(ed25519: try bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
            message: Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8),
            signature: try bytes(
                "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
    }

    @Test func `the signatures of the RFCs fit their messages and no others`() throws {
        for vector in [try es256(), try rs256(), try edDSA()] {
            let key = vector.key
            #expect(key.isValid(vector.signature, for: vector.message, encoding: .fixed), "\(key.algorithm)")
            #expect(!key.isValid(vector.signature, for: vector.message + [0], encoding: .fixed))
            for place in [0, vector.signature.count / 2, vector.signature.count - 1] {
                var other = vector.signature
                other[place] ^= 1
                #expect(!key.isValid(other, for: vector.message, encoding: .fixed))
            }
            #expect(!key.isValid([], for: vector.message, encoding: .fixed))
            #expect(!key.isValid(vector.signature + [0], for: vector.message, encoding: .fixed))
        }
    }

    @Test func `an ES256 signature is read in the encoding that is asked for alone`() throws {
        let vector = try es256()
        #expect(!vector.key.isValid(vector.signature, for: vector.message, encoding: .der))
        let der = DER.sequence(
            DER.integer(vector.signature.prefix(32)), DER.integer(vector.signature.suffix(32)))
        #expect(vector.key.isValid(der, for: vector.message, encoding: .der))
        #expect(!vector.key.isValid(der, for: vector.message, encoding: .fixed))
        // Zeros are what a broken verifier has taken for a signature of anything.
        #expect(!vector.key.isValid([UInt8](repeating: 0, count: 64), for: vector.message, encoding: .fixed))
    }

    @Test func `what is no key of its algorithm is refused`() throws {
        let point = try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
        #expect(throws: CryptoError.self) { try SignatureKey(x: point, y: point) }
        #expect(throws: CryptoError.self) { try SignatureKey(x: Array(point.dropFirst()), y: point) }
        #expect(throws: CryptoError.self) { try SignatureKey(ed25519: Array(point.dropFirst())) }
        let modulus = [0xC1] + [UInt8](repeating: 0x55, count: 255)
        #expect(throws: Never.self) { try SignatureKey(modulus: modulus, exponent: [1, 0, 1]) }
        for exponent: [UInt8] in [[], [0], [1], [2], [1, 0, 0], [1, 0, 0, 0, 1]] {
            #expect(throws: CryptoError.self) { try SignatureKey(modulus: modulus, exponent: exponent) }
        }
        #expect(throws: CryptoError.self) {
            try SignatureKey(modulus: Array(modulus.prefix(128)), exponent: [1, 0, 1])
        }
        #expect(throws: CryptoError.self) {
            try SignatureKey(modulus: Array(modulus.dropLast()) + [0x54], exponent: [1, 0, 1])
        }
    }
}
