import Testing

@testable import Calls

struct CSVReaderTests {
    private func rows(_ text: String, pieces: Int) -> [String] {
        var reader = CSVReader()
        var rows: [CSVReader.Row] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            rows += reader.take(bytes[start..<min(start + pieces, bytes.count)])
        }
        rows += reader.finish()
        return rows.map { "\($0.line):" + ($0.cells?.joined(separator: "|") ?? "too long") }
    }

    @Test(arguments: [
        ("a,b\nc,d\n", ["1:a|b", "2:c|d"]),
        ("a,b\r\nc,d", ["1:a|b", "2:c|d"]),
        ("a;\"b;\"\"c\"\"\nd\"\r\ne;f", ["1:a|b;\"c\"\nd", "3:e|f"]),
        ("a\n\n\nb\n", ["1:a", "4:b"]),
        ("\"\",x\n", ["1:|x"]),
        ("a,\n", ["1:a|"]),
        ("a\"b,c\n", ["1:a\"b|c"]),
    ])
    func `a file is cut into the same rows however its bytes arrive`(text: String, expected: [String]) {
        for pieces in 1...text.utf8.count { #expect(rows(text, pieces: pieces) == expected, "by \(pieces)") }
    }

    @Test func `a row without an end is told and passed over`() {
        let text = "a\n" + String(repeating: "x", count: 100_000) + "\nb\n"
        #expect(rows(text, pieces: 1_000) == ["1:a", "2:too long", "3:b"])
    }
}
