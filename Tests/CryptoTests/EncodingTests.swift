import Testing

@testable import Crypto

@Suite
struct EncodingTests {
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
    func `the texts of RFC 4648 are written and read`(plain: String, standard: String, url: String) {
        #expect(Base64.standard.encode(Array(plain.utf8)) == standard)
        #expect(Base64.url.encode(Array(plain.utf8)) == url)
        #expect(Base64.standard.decode(standard) == Array(plain.utf8))
        #expect(Base64.url.decode(url) == Array(plain.utf8))
    }

    @Test
    func `every byte survives both alphabets`() {
        for count in 0..<8 {
            let bytes = (0..<256).map { UInt8($0) } + SecureRandom.bytes(count)
            #expect(Base64.standard.decode(Base64.standard.encode(bytes)) == bytes)
            #expect(Base64.url.decode(Base64.url.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
        #expect(Base64.standard.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.url.encode([0xFB, 0xFF]) == "-_8")
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "=", "====", "Zm 9v", "Zm9v\n", "-_8=", "Zg==Zg=="])
    func `padded base 64 has no second spelling`(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Zm9", "Z", "+/8", "Zm9v=", "Zm.9", "é"])
    func `base 64 for addresses has no second spelling`(text: String) {
        #expect(Base64.url.decode(text) == nil)
    }

    @Test(arguments: ["0", "0g", "0x", " 00", "é"])
    func `what is not base 16 is refused`(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test
    func `base 16 is read in either case`() {
        #expect(Hex.decode("aBCd") == [0xAB, 0xCD])
    }
}
