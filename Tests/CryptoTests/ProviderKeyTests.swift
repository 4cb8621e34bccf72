import Testing

@testable import Crypto

/// Keys and signatures were made by the openssl command for these tests.
@Suite
struct ProviderKeyTests {
    private static let curve = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmnggOHvkQ5GbSkelidDmwECZ+VDM
        D9TlOTlqkoFx9aAIj7R/ZMNCPmw0Fi25W4HiqZ0xszNrDsfpXkKVaEbr7Q==
        -----END PUBLIC KEY-----
        """
    private static let curveSignature =
        "MEUCIDu+eE/FkpbPJSJfaRrp43WVXaEKGmAQkzxt18SuDXSlAiEAvfx/EG4AmdrRM4/JTc5XWHwL2yQU5i/Z+PK6sr/oTEA="
    private static let rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4U+b2F5NaKDAggke2Xg2
        Cr71WFgvIVpWUMdQdW+LQ5JN9++5dCfGrRBS1qDI0Qs7mEIwabOwEyi4OsXliEOw
        hs4LX2YoX4cu5262aUIvwF4g1rxCoEso2zgtLF1+llX/Edod4cyq31cIXOhqs7bD
        El9Z+9eKXqAQGQpzLd8WM2C1UU7NSSz5858LopIPzfbFCkMcGgB8oqqMwBrGGUgv
        txZzCpdSh7/ReC2xY8X2fO92qz+ST6DJq2MxJ7J3HIrjCSL/XW5a1Wxh2ELeTMDU
        tRRi4NsCsHUXAxlpgIJJjYuj5fwLuA9UbH08ydzRSr47xwXAIH5DcNI2j6q0mwXp
        IQIDAQAB
        -----END PUBLIC KEY-----
        """
    private static let rsaSignature = """
        H2zqHpkrHuqldi6CBg9tMTKY5041dpRIIvAuxu4dP0i6kUEmkNhY/SyHL1C7szd9MzqiTyI4sNhqjHrvsPQmblgnt9Jg3OECF7Ce
        yxg4AASpq2NOLePho8AxFXT8GQqtn3nflH/TX+CXVFOgor5yOfFIj4mkdoZZQfd8qpCD5Uu8+713di0xGiv1xj4znBiwZkVvXZEs
        7cq5dJRVh3dpuz34ud1P+5u9AuY9EbIKu9iMImZPbES3EnZ+bcNHKzRHPrUmqWTiiX2ZOX7aYmnb4iLDHE1Gt9MxpGHl+YRzZdQq
        rtnbWkmLdQP3DdcExYU/vCmzhV7vhgWrPUZGni//cQ==
        """
    private static let shortRSA = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDAGfvTvi3ONCfjlw6i/S19hTAb
        Hb4vmsilZAEQ+Tez95SW/xhSuBEMFUt6pAuQ178FXFxC7YO8nOp7T3USQFgdTVuR
        6TcaozIZmXa1pJUVcuMjssv63Z7lcJoxJd9BekIywCFbudaN6CBJKsvq6662mciI
        TULwM5E180tzgQ/wbQIDAQAB
        -----END PUBLIC KEY-----
        """
    private static let otherCurve = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEb4m9LddcJ5B8AThhtdKH46gBpAvUeYjH
        qILqv2HzejJ5flnb7TGYuos1Ro3y1M5Do50N/ANt9k2DlFOIzlbF1uXhy7Szo1in
        EhHwcoBVyZydzrSWbJcKVD39Ygx4LNVu
        -----END PUBLIC KEY-----
        """

    @Test(arguments: [(curve, curveSignature), (rsa, rsaSignature.filter { $0 != "\n" })])
    func `a provider's signature fits its message only`(key: String, signature: String) throws {
        let key = try ProviderKey(text: key)
        var signature = try #require(Base64.standard.decode(signature))
        let message = Array("a webhook body".utf8)
        #expect(key.isValid(signature, for: message))
        #expect(!key.isValid(signature, for: message + [0]))
        signature[signature.count - 1] ^= 1
        #expect(!key.isValid(signature, for: message))
        #expect(!key.isValid([], for: message))
    }

    @Test
    func `bare base 64 is read as the key`() throws {
        let bare = Self.curve.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        let signature = try #require(Base64.standard.decode(Self.curveSignature))
        #expect(try ProviderKey(text: bare).isValid(signature, for: Array("a webhook body".utf8)))
    }

    @Test(arguments: [shortRSA, otherCurve, "", "AAAA", curve.replacing("PUBLIC", with: "PRIVATE")])
    func `weak keys, other curves and what is no key are refused`(key: String) {
        #expect(throws: CryptoError.invalidKey) { try ProviderKey(text: key) }
    }
}
