import Models
import Testing

@Suite struct MarkupTextTests {
    @Test(arguments: [
        ("<a href=\"x\">", "&lt;a href=&quot;x&quot;&gt;"), ("Tom & Jerry's", "Tom &amp; Jerry&#39;s"),
        ("&lt;", "&amp;lt;"), ("two\r\nlines\tof it", "two\r\nlines\tof it"), ("ด่วน 👩‍💻 é", "ด่วน 👩‍💻 é"),
        ("a\u{0}\u{8}\u{1B}\u{FFFF}b", "ab"), ("e\u{301}<", "e\u{301}&lt;"), ("", ""),
    ]) func `what people write means nothing to HTML and XML`(text: String, escaped: String) {
        #expect(MarkupText.escape(text) == escaped)
    }

    @Test func `a combining mark hides no sign`() {
        // To a reader of letters these are one; to a browser they are two.
        #expect(
            MarkupText.escape("<\u{301}b>\u{20D2}").unicodeScalars.elementsEqual(
                "&lt;\u{301}b&gt;\u{20D2}".unicodeScalars))
    }
}
