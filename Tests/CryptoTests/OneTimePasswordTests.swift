import Crypto
import Testing

@Suite struct OneTimePasswordTests {
    private let sample = OneTimePassword(secret: Array("12345678901234567890".utf8))

    /// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)])
    func `the vectors of RFC 6238`(seconds: Int64, password: String) {
        #expect(String(decoding: sample.digits(at: seconds / 30), as: UTF8.self) == password)
        #expect(sample.step(of: password, at: seconds, after: 0) == seconds / 30)
    }

    @Test func `a password counts a step early and late, and once`() {
        let password = String(decoding: sample.digits(at: 1000), as: UTF8.self)
        #expect(sample.step(of: password, at: 1001 * 30, after: 0) == 1000)
        #expect(sample.step(of: password, at: 999 * 30, after: 0) == 1000)
        #expect(sample.step(of: password, at: 1002 * 30, after: 0) == nil)
        #expect(sample.step(of: password, at: 998 * 30, after: 0) == nil)
        #expect(sample.step(of: password, at: 1000 * 30, after: 1000) == nil)
        #expect(sample.step(of: "", at: 1000 * 30, after: 0) == nil)
        #expect(sample.step(of: password + "0", at: 1000 * 30, after: 0) == nil)
    }

    @Test func `an app gets the secret and the names`() {
        #expect(sample.secretText == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(
            sample.uri(issuer: "Acme & Co", account: "ada@acme.example")
                == "otpauth://totp/Acme%20%26%20Co:ada%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Acme%20%26%20Co&digits=6&period=30")
    }
}
