import PDF
import Testing

struct PDFDocumentTests {
    @Test func `a document has its pages, its beginning and its end`() throws {
        let document = try #require(PDFDocument(title: "Calls"))
        document.write("Calls", .title)
        document.rule()
        for line in 0..<200 { document.write("Line \(line) of what was said, long enough to take a place.") }
        #expect(document.pages > 2 && !document.isCut)
        let bytes = try #require(document.finish())
        #expect(bytes.starts(with: "%PDF-".utf8) && bytes.suffix(8).contains(UInt8(ascii: "%")))
    }

    @Test(arguments: ["ที่นี่ น้ำ ผู้ใหญ่ กตัญญู", "我想申请退款", "お問い合わせ", "Größe, œuvre, ₫", "Здравствуйте", "Καλημέρα"])
    func `every script has a font, so that no character is a box`(text: String) throws {
        let document = try #require(PDFDocument(title: text))
        document.write(text)
        #expect(document.missingCharacters == 0)
        #expect(document.finish() != nil)
    }

    @Test func `too much ends at the last page that is allowed`() throws {
        let document = try #require(PDFDocument(title: "Long", mostPages: 2))
        for _ in 0..<1_000 { document.write("again and again") }
        #expect(document.isCut && document.pages == 2)
        #expect(document.finish() != nil)
    }

    @Test func `what no page can show is left out`() throws {
        let document = try #require(PDFDocument(title: "Odd"))
        document.write("a\u{0}b\u{1B}[31mc")
        document.write("")
        #expect(document.finish() != nil)
    }
}
