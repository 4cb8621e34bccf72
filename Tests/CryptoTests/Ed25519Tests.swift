import Testing

@testable import Crypto

@Suite
struct Ed25519Tests {
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
                + "595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
                + "b4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
                + "716ed28dc027beceea1ec40a"
        ),
    ])
    func `keys and signatures are those of RFC 8032`(seed: String, key: String, text: String, signed: String) throws {
        let message = try #require(Hex.decode(text))
        let privateKey = try Ed25519PrivateKey(seed: #require(Hex.decode(seed)))
        #expect(Hex.encode(privateKey.publicKey.raw) == key)
        #expect(Hex.encode(try privateKey.sign(message)) == signed)
        let publicKey = try Ed25519PublicKey(#require(Hex.decode(key)))
        #expect(publicKey.isValid(try #require(Hex.decode(signed)), for: message))
    }

    @Test
    func `any changed bit breaks a signature`() throws {
        let key = try Ed25519PrivateKey.make()
        let message = Array("message".utf8)
        let signature = try key.sign(message)
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 0x10
            #expect(!key.publicKey.isValid(changed, for: message))
        }
        #expect(!key.publicKey.isValid(signature, for: message + [0]))
        #expect(!key.publicKey.isValid(signature + [0], for: message))
        #expect(!key.publicKey.isValid([], for: message))
        #expect(!(try Ed25519PrivateKey.make().publicKey.isValid(signature, for: message)))
    }

    @Test
    func `a key survives PKCS 8 and PEM`() throws {
        let key = try Ed25519PrivateKey.make()
        #expect(try Ed25519PrivateKey(pkcs8: key.pkcs8).publicKey == key.publicKey)
        #expect(try Ed25519PrivateKey(pem: key.pem).seed == key.seed)
    }

    @Test
    func `a key of the openssl command is read`() throws {
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIFtVh3hnTED5i+lyFafIs6B1rt0bVf/oOlZSzBo3uOjE
            -----END PRIVATE KEY-----
            """
        #expect(
            Hex.encode(try Ed25519PrivateKey(pem: pem).publicKey.raw)
                == "2db8ab373475502946d571a72759f6b5d237a851d559d30a900a10de82b61106")
    }

    @Test
    func `what is no key is refused`() throws {
        let key = try Ed25519PrivateKey.make()
        #expect(throws: CryptoError.invalidKey) { try Ed25519PrivateKey(seed: [1, 2, 3]) }
        #expect(throws: CryptoError.invalidKey) { try Ed25519PrivateKey(pkcs8: key.pkcs8 + [0]) }
        #expect(throws: CryptoError.invalidKey) {
            try Ed25519PrivateKey(pem: key.pem.replacing("PRIVATE", with: "PUBLIC"))
        }
        #expect(throws: CryptoError.invalidKey) { try Ed25519PrivateKey(pem: "text\n" + key.pem) }
        #expect(throws: CryptoError.invalidKey) { try Ed25519PublicKey([]) }
    }

    @Test
    func `a private key shows itself in no way of printing`() throws {
        let key = try Ed25519PrivateKey.make()
        var printed = "\(key) \(String(reflecting: key))"
        dump(key, to: &printed)
        #expect(!printed.contains(String(key.seed[0]) + ","))
        #expect(printed.contains("[redacted]"))
    }
}
