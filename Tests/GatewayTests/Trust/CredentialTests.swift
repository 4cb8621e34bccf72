import HTTP
import Testing

@testable import Gateway

@Suite struct CredentialTests {
    private func credential(_ values: String...) -> Credential {
        var headers = HTTPHeaders()
        for value in values { headers.add("Authorization", value) }
        return Credential(headers)
    }

    @Test func `a request may show nothing`() {
        #expect(credential() == .none)
    }

    @Test func `a token and a key are told apart by the key's prefix`() {
        #expect(credential("Bearer a.b.c") == .token(ArraySlice("a.b.c".utf8)))
        #expect(credential("bearer a.b.c") == .token(ArraySlice("a.b.c".utf8)))
        #expect(credential("BEARER sbk_live_abc") == .apiKey("sbk_live_abc"))
        #expect(credential("Bearer sbk_test_abc") == .apiKey("sbk_test_abc"))
        #expect(credential("Bearer sbk_") == .apiKey("sbk_"))
        #expect(credential("Bearer SBK_live_abc") == .token(ArraySlice("SBK_live_abc".utf8)))
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", "Bearer  a.b.c", "Bearer a.b.c d", "Bearer a\tb", "Basic YTpi", "a.b.c", "Token abc",
        "Bearera.b.c", "Bearer: a.b.c", "Bearer, Bearer a.b.c",
    ])
    func `any other field is malformed, and never taken for nothing`(value: String) {
        #expect(credential(value) == .malformed)
    }

    @Test func `two fields are malformed, even when they are equal`() {
        #expect(credential("Bearer a.b.c", "Bearer a.b.c") == .malformed)
        #expect(credential("Bearer a.b.c", "") == .malformed)
    }

    @Test func `a field of great length is not read`() {
        #expect(credential("Bearer " + String(repeating: "a", count: 8192)) == .malformed)
        #expect(credential("Bearer " + String(repeating: "a", count: 8000)) != .malformed)
    }
}
