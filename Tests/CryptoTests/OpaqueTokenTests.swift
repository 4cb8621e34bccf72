import Testing

@testable import Crypto

@Suite
struct OpaqueTokenTests {
    @Test(arguments: OpaqueToken.Kind.allCases)
    func `a made token is read back with its kind and its digest`(kind: OpaqueToken.Kind) throws {
        let made = OpaqueToken.make(kind)
        let read = try #require(OpaqueToken(made.reveal()))
        #expect(read.kind == kind)
        #expect(read.digest == made.digest)
        #expect(read.digest == SHA256.digest(made.reveal()))
        #expect(made.reveal().hasPrefix(kind.rawValue))
        #expect(made.reveal() != OpaqueToken.make(kind).reveal())
    }

    @Test
    func `one wrong digit, a missing and an additional one are noticed`() {
        let text = OpaqueToken.make(.liveAPIKey).reveal()
        for index in text.indices {
            let digit: Character = text[index] == "A" ? "B" : "A"
            #expect(OpaqueToken(text.replacingCharacter(at: index, with: digit)) == nil)
        }
        #expect(OpaqueToken(String(text.dropLast())) == nil)
        #expect(OpaqueToken(text + "A") == nil)
        #expect(OpaqueToken(" " + text) == nil)
        #expect(OpaqueToken("") == nil)
        #expect(OpaqueToken(String(repeating: "sbk_live_", count: 1_000_000)) == nil)
    }

    @Test
    func `a token of one kind is none of another`() {
        let text = OpaqueToken.make(.invitation).reveal()
        #expect(OpaqueToken(text, kind: .passwordReset) == nil)
        #expect(OpaqueToken(text.replacing("sbi_", with: "sbp_")) == nil)
    }

    @Test
    func `a hint shows the kind and four digits`() {
        let token = OpaqueToken.make(.testAPIKey)
        #expect(token.hint.count == "sbk_test_".count + 4)
        #expect(token.reveal().hasPrefix(token.hint))
    }

    @Test
    func `a token shows itself in no way of printing`() {
        let token = OpaqueToken.make(.refresh)
        var printed = "\(token) \(String(reflecting: token))"
        dump(token, to: &printed)
        #expect(!printed.contains("sbr_"))
    }
}

extension String {
    fileprivate func replacingCharacter(at index: Index, with character: Character) -> String {
        var copy = self
        copy.replaceSubrange(index...index, with: String(character))
        return copy
    }
}
