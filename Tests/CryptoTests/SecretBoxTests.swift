import Testing

@testable import Crypto

@Suite
struct SecretBoxTests {
    private static let first = "a1:" + Base64.standard.encode([UInt8](repeating: 1, count: 32))
    private static let second = "b2:" + Base64.standard.encode([UInt8](repeating: 2, count: 32))
    private static let place = SecretPlace(tenant: "t", table: "connections", column: "credentials", row: "r")

    private func box(_ keys: String...) throws -> SecretBox {
        SecretBox(keys: try EncryptionKeys(parsing: keys.joined(separator: ",")))
    }

    @Test
    func `what was sealed opens in its place`() throws {
        let box = try box(Self.first)
        for text in ["", "x", String(repeating: "é", count: 5000)] {
            #expect(try box.openText(box.seal(text, at: Self.place), at: Self.place) == text)
        }
        #expect(try box.seal("x", at: Self.place) != box.seal("x", at: Self.place))
    }

    @Test
    func `the layout is version, key, nonce, ciphertext, tag`() throws {
        let sealed = try box(Self.first).seal("text", at: Self.place)
        #expect(sealed.starts(with: [1, 2, UInt8(ascii: "a"), UInt8(ascii: "1")]))
        #expect(sealed.count == 4 + 12 + 4 + 16)
    }

    @Test
    func `any changed byte is noticed`() throws {
        let box = try box(Self.first, Self.second)
        let sealed = try box.seal("text", at: Self.place)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CryptoError.self) { try box.open(changed, at: Self.place) }
        }
        for count in 0..<sealed.count {
            #expect(throws: CryptoError.self) { try box.open(Array(sealed.prefix(count)), at: Self.place) }
        }
    }

    @Test
    func `a secret does not open in another place`() throws {
        let box = try box(Self.first)
        let sealed = try box.seal("text", at: Self.place)
        for place in [
            SecretPlace(tenant: "u", table: "connections", column: "credentials", row: "r"),
            SecretPlace(tenant: "t", table: "connection", column: "credentials", row: "r"),
            SecretPlace(tenant: "t", table: "connections", column: "token", row: "r"),
            SecretPlace(tenant: "t", table: "connections", column: "credentials", row: "s"),
        ] {
            #expect(throws: CryptoError.notAuthentic) { try box.open(sealed, at: place) }
        }
    }

    @Test
    func `the first key seals and all open`() throws {
        let old = try box(Self.first)
        let both = try box(Self.second, Self.first)
        let sealed = try old.seal("text", at: Self.place)
        #expect(try both.openText(sealed, at: Self.place) == "text")
        #expect(try both.isOutdated(sealed))
        let anew = try both.seal("text", at: Self.place)
        #expect(try !both.isOutdated(anew))
        #expect(throws: CryptoError.unknownKey(id: "b2")) { try old.open(anew, at: Self.place) }
    }

    @Test(arguments: [
        "", ",", "a1", "a1:", ":AAAA", "a1:AAAA", "a b:\(first.dropFirst(3))", "\(first),\(first)", "\(first),",
        "\(first) ", "a1=\(first.dropFirst(3))", "\(String(repeating: "k", count: 33)):\(first.dropFirst(3))",
    ])
    func `keys that are not as they should be are refused without being shown`(text: String) throws {
        let error = try #require(throws: EncryptionKeys.ParseError.self) { try EncryptionKeys(parsing: text) }
        #expect(!error.description.contains("AQEBAQ"))
    }

    @Test
    func `keys show themselves in no way of printing`() throws {
        var printed = ""
        dump(try EncryptionKeys(parsing: Self.first), to: &printed)
        #expect(!printed.contains("1,") && !printed.contains("- 1\n"))
        #expect(printed.contains("[redacted]"))
    }

    @Test(arguments: [
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "",
            "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), String(repeating: "00", count: 16),
            "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        ),
        (
            String(repeating: "feffe9928665731c6d6a8f9467308308", count: 2), "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        ),
    ])
    func `the cipher is that of the GCM specification`(
        key: String, nonce: String, value: String, additional: String, sealed: String
    ) throws {
        let key = try #require(Hex.decode(key))
        let nonce = try #require(Hex.decode(nonce))
        let additional = try #require(Hex.decode(additional))
        let made = try AESGCM.seal(#require(Hex.decode(value)), key: key, nonce: nonce, additionalData: additional)
        #expect(Hex.encode(made) == sealed)
        #expect(Hex.encode(try AESGCM.open(made, key: key, nonce: nonce, additionalData: additional)) == value)
    }
}
