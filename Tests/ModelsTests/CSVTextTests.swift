import Models
import Testing

@Suite struct CSVTextTests {
    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+SUM(A1)", "'+SUM(A1)"), ("@x", "'@x"), ("-2+3", "'-2+3"), ("\tx", "'\tx"),
        ("＝1", "'＝1"), ("＠x", "'＠x"), ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("+", "'+"), ("-", "'-"),
        ("+14155550123", "+14155550123"), ("-0.5", "-0.5"), ("a,b", "\"a,b\""), ("a;b", "\"a;b\""),
        ("=a,b", "\"'=a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""), ("two\r\nlines", "\"two\r\nlines\""),
        ("a=b", "a=b"), ("ด่วน", "ด่วน"), ("", ""),
    ]) func `a cell is never a formula, and ends where it ends`(text: String, cell: String) {
        #expect(CSVText.cell(text) == cell)
    }

    @Test func `a row ends as the standard says`() {
        #expect(CSVText.line(["a", "", "b,c"]) == "a,,\"b,c\"\r\n")
        #expect(CSVText.line([]) == "\r\n")
    }
}
