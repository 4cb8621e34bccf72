import Crypto

/// A passkey's public key in COSE (RFC 9052, RFC 9053), as the authenticator wrote it.
enum PasskeyKey {
    /// What browsers are asked for, most wanted first: Ed25519, ECDSA on P-256, RSA with PKCS #1 v1.5.
    static let algorithms: [Int64] = [-8, -7, -257]

    private enum Label {
        static let type: Int64 = 1
        static let algorithm: Int64 = 3
        static let curveOrModulus: Int64 = -1
        static let xOrExponent: Int64 = -2
        static let y: Int64 = -3
    }

    /// Nil for a key of another algorithm, or of another type or curve than its algorithm has.
    static func read(_ item: CBOR) -> SignatureKey? {
        let curve = item[Label.curveOrModulus]?.int
        do {
            switch (item[Label.algorithm]?.int, item[Label.type]?.int) {
            case (-7, 2):
                guard curve == 1, let x = item[Label.xOrExponent]?.data, let y = item[Label.y]?.data else { return nil }
                return try SignatureKey(x: x, y: y)
            case (-8, 1):
                guard curve == 6, let x = item[Label.xOrExponent]?.data else { return nil }
                return try SignatureKey(ed25519: x)
            case (-257, 3):
                guard let modulus = item[Label.curveOrModulus]?.data, let exponent = item[Label.xOrExponent]?.data
                else { return nil }
                return try SignatureKey(modulus: modulus, exponent: exponent)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    /// The key of a stored passkey.
    static func read(_ bytes: [UInt8]) -> SignatureKey? {
        do { return read(try CBOR.read(bytes)) } catch { return nil }
    }
}
