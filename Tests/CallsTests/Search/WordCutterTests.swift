import Testing

@testable import Calls

@Suite struct WordCutterTests {
    private func words(_ text: String) -> [String] { WordCutter.cut(text).map(\.text) }

    @Test func `words are cut at spaces and punctuation and folded`() {
        #expect(words("Hello, World! It’s 3.5% — OK?") == ["hello", "world", "it's", "3.5", "ok"])
        #expect(words("Straße STRASSE") == ["strasse", "strasse"])
        #expect(words("ＡＢＣ abc") == ["abc", "abc"])
        #expect(words("İstanbul") != [])
        #expect(words("caf\u{E9} cafe\u{301}") == ["caf\u{E9}", "caf\u{E9}"])
        #expect(words("").isEmpty)
        #expect(words(" ... !!! \n").isEmpty)
    }

    @Test func `scripts without spaces are cut by dictionary`() {
        #expect(words("ฉันต้องการคืนเงิน").count >= 3)
        #expect(words("ฉันต้องการคืนเงิน").contains("ต้องการ"))
        #expect(words("我想要退款").contains("退款"))
        #expect(words("返金をお願いします").contains("返金"))
    }

    @Test func `a Thai word is cut from the sentence as it is cut from the query`() {
        let sentence = Set(words("สวัสดีครับผมโทรมาจากบริษัทประกันภัย"))
        for query in ["สวัสดี", "บริษัท", "ประกันภัย"] {
            #expect(WordQuery(query).terms.allSatisfy { sentence.contains($0.word) })
        }
    }

    @Test func `nothing is too long for a lexeme`() {
        let long = words(String(repeating: "ก", count: 5_000) + " " + String(repeating: "x", count: 5_000))
        #expect(long.allSatisfy { !$0.isEmpty && $0.utf8.count <= WordCutter.wordBytes })
        #expect(words(String(repeating: "\u{FDFA}", count: 500)).allSatisfy { $0.utf8.count <= WordCutter.wordBytes })
    }

    @Test func `each distinct word stands once`() {
        #expect(WordCutter.distinctWords(in: "No, no: NO refund. Refund?") == ["no", "refund"])
    }

    @Test func `a trailing star leaves the end of its word open`() {
        #expect(
            WordQuery("Refund* price").terms == [
                .init(word: "refund", isPrefix: true), .init(word: "price", isPrefix: false),
            ])
        #expect(WordQuery("Refund* price").tsquery == "'refund':* & 'price'")
        #expect(WordQuery("* ** !").tsquery == nil)
        #expect(WordQuery("").tsquery == nil)
    }

    @Test func `what is special to a query is only text`() {
        #expect(WordQuery("it's").tsquery == "'it''s'")
        // A combining mark makes one character of the quote before it, for Swift and not for PostgreSQL.
        #expect(WordQuery("it'\u{308}s").terms.count == 1)
        #expect(WordQuery("it'\u{308}s").tsquery == "'it''\u{308}s'")
        #expect(WordQuery("a & !b | (c) <-> 'd' \\ :*").tsquery == "'a' & 'b' & 'c' & 'd'")
        #expect(WordQuery(String(repeating: "a1 b2 c3 d4 e5 ", count: 100)).terms.count == 5)
        let many = WordQuery((0..<100).map { "w\($0)" }.joined(separator: " "))
        #expect(many.terms.count == WordQuery.termLimit)
    }
}
