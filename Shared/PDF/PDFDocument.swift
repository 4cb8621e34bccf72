import CPango

/// A document of flowing text on A4 pages, in any script that the machine has fonts for.
///
/// Shaping takes milliseconds a page and reads fonts, so it is made on a worker thread; one thread at a time has it.
package final class PDFDocument {
    /// How a paragraph looks.
    package struct Style: Sendable {
        package var size: Double
        package var isBold: Bool
        package var indent: Double
        /// 0 is black.
        package var gray: Double
        package var after: Double

        package init(size: Double = 10, isBold: Bool = false, indent: Double = 0, gray: Double = 0, after: Double = 4) {
            self.size = size
            self.isBold = isBold
            self.indent = indent
            self.gray = gray
            self.after = after
        }

        package static let title = Style(size: 18, isBold: true, after: 8)
        package static let heading = Style(size: 12, isBold: true, after: 4)
        package static let text = Style()
        package static let small = Style(size: 8, gray: 0.4)
    }

    private let document: UnsafeMutablePointer<pdf_document>
    /// Whether something was left out because there were too many pages.
    package private(set) var isCut = false

    /// Nil when there is no memory for one.
    package init?(title: String, mostPages: Int = 500) {
        guard let document = pdf_open(595.28, 841.89, 48, Int32(clamping: mostPages)) else { return nil }
        self.document = document
        pdf_title(document, title)
    }

    deinit { pdf_close(document) }

    /// Writes a paragraph, over as many pages as it takes.
    package func write(_ text: String, _ style: Style = .text) {
        guard !isCut else { return }
        // Pango takes no NUL, and other control characters are nothing that a page shows.
        let shown = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }))
        let length = Int32(clamping: shown.utf8.count)
        let fits = pdf_text(
            document, shown, length, style.size, style.isBold ? 1 : 0, style.indent, style.gray, style.after)
        if fits == 0 { isCut = true }
    }

    /// Draws a line across.
    package func rule() {
        guard !isCut else { return }
        pdf_rule(document)
    }

    package var pages: Int { Int(document.pointee.pages) }

    /// How many characters no font of the machine had.
    package var missingCharacters: Int { Int(document.pointee.unknown_glyphs) }

    /// Ends the document; nil when it could not be written.
    package func finish() -> [UInt8]? {
        guard pdf_finish(document) != 0, let bytes = document.pointee.bytes else { return nil }
        return Array(UnsafeBufferPointer(start: bytes.pointee.data, count: Int(bytes.pointee.len)))
    }
}
