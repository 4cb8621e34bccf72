import Testing

@testable import HTTP

@Suite struct WebSocketKeyTests {
    @Test func `the accept of a key is that of the standard's example`() {
        // RFC 6455, 1.3.
        #expect(WebSocketKey("dGhlIHNhbXBsZSBub25jZQ==")?.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ])
    func `digests are those of the standard`(text: String, hexadecimal: String) {
        let digits = Array("0123456789abcdef")
        let digest = SHA1.digest(Array(text.utf8))
        #expect(String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) == hexadecimal)
    }

    @Test(arguments: [
        "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZR==",
        "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25jZQ== ", "AAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ])
    func `a key of another length or spelling is none`(text: String) {
        #expect(WebSocketKey(text) == nil)
    }

    @Test func `a key that is made is valid and not the one before`() {
        let (first, second) = (WebSocketKey.make(), WebSocketKey.make())
        #expect(WebSocketKey(first.text) == first)
        #expect(first != second)
    }
}
