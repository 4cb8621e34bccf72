import Crypto

/// A box for secrets whose key is made for each test.
enum TestSecrets {
    static func box() throws -> SecretBox {
        let key = Base64.standard.encode(SecureRandom.bytes(32))
        return SecretBox(keys: try EncryptionKeys(parsing: "test:\(key)"))
    }
}
