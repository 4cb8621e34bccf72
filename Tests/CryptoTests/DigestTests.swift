import Testing

@testable import Crypto

@Suite
struct DigestTests {
    private let abc = Array("abc".utf8)

    @Test
    func `the digests of abc are those of the standards`() {
        #expect(Hex.encode(SHA256.digest(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hex.encode(SHA256.digest([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Hex.encode(SHA1.digest(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(Hex.encode(MD5.digest(abc)) == "900150983cd24fb0d6963f7d28e17f72")
    }

    @Test
    func `pieces of any size give the digest of the whole`() {
        let text = (0..<300).map { UInt8($0 % 251) }
        for size in [1, 7, 63, 64, 65, 299] {
            let stream = SHA256()
            for start in stride(from: 0, to: text.count, by: size) {
                stream.update(Array(text[start..<min(start + size, text.count)]))
            }
            #expect(stream.finish() == SHA256.digest(text))
        }
    }

    @Test
    func `the keyed digests are those of RFC 4231 and RFC 2202`() {
        let hiThere = Array("Hi There".utf8)
        let key = [UInt8](repeating: 0x0B, count: 20)
        #expect(
            Hex.encode(HMAC.sha256(hiThere, key: key))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            Hex.encode(HMAC.sha512(hiThere, key: key))
                == "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854")
        let question = Array("what do ya want for nothing?".utf8)
        #expect(
            Hex.encode(HMAC.sha256(question, key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Hex.encode(HMAC.sha1(question, key: Array("Jefe".utf8))) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        let long = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(
            Hex.encode(HMAC.sha256(long, key: [UInt8](repeating: 0xAA, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test
    func `an empty key is a key of its own`() {
        #expect(
            Hex.encode(HMAC.sha256([], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test
    func `derived keys are those of RFC 5869`() throws {
        let salt = try #require(Hex.decode("000102030405060708090a0b0c"))
        let info = try #require(Hex.decode("f0f1f2f3f4f5f6f7f8f9"))
        let key = [UInt8](repeating: 0x0B, count: 22)
        #expect(
            Hex.encode(HKDF.sha256(key, salt: salt, info: info, count: 42))
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        #expect(
            Hex.encode(HKDF.sha256(key, info: [], count: 42))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test
    func `equal means every byte`() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        let bytes = [UInt8](0..<21)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x80
            let areEqual = bytes.withUnsafeBytes { left in
                changed.withUnsafeBytes { right in ConstantTime.areEqual(left, right) }
            }
            #expect(!areEqual)
        }
        #expect(bytes.withUnsafeBytes { ConstantTime.areEqual($0, $0) })
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(ConstantTime.areEqual("", ""))
    }

    @Test
    func `random bytes differ`() {
        #expect(SecureRandom.bytes(32).count == 32)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(SecureRandom.bytes(0).isEmpty)
    }
}
