/// Cuts a stream of comma-separated values (RFC 4180) into rows, however its bytes arrive.
///
/// A row is bounded; what is longer is told as such and passed over to its end. Semicolons and tabs part cells too when
/// the first line has no comma.
struct CSVReader {
    /// A row with the line on which it begins, from 1; nil cells for one that is too long.
    typealias Row = (line: Int, cells: [String]?)

    private static let longestRow = 4_096

    private var rows: [Row] = []
    private var cells: [[UInt8]] = [[]]
    private var size = 0
    private var line = 1
    private var beginning = 1
    private var isQuoted = false
    /// The last byte within quotes was a quote: either the end, or the first of two.
    private var isAfterQuote = false
    private var isAfterReturn = false
    private var separator: UInt8?

    /// Takes bytes; the rows that they have completed.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Row] {
        for byte in bytes { take(byte) }
        defer { rows = [] }
        return rows
    }

    /// The last row, of a file that does not end with a line's end.
    mutating func finish() -> [Row] {
        if size > 0 || cells.count > 1 { endRow() }
        defer { rows = [] }
        return rows
    }

    private mutating func take(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        if isAfterReturn, byte == UInt8(ascii: "\n") {
            isAfterReturn = false
            beginning = line
            return
        }
        isAfterReturn = false
        if isQuoted, !isAfterQuote {
            if byte == UInt8(ascii: "\"") { isAfterQuote = true } else { keep(byte) }
            return
        }
        switch byte {
        case UInt8(ascii: "\"") where isAfterQuote:
            isAfterQuote = false
            keep(byte)
            return
        case UInt8(ascii: "\"") where cells[cells.count - 1].isEmpty: isQuoted = true
        case UInt8(ascii: "\n"): endRow()
        case UInt8(ascii: "\r"):
            endRow()
            isAfterReturn = true
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"):
            if separator == nil { separator = byte }
            if byte == separator { endCell() } else { keep(byte) }
            return
        default: keep(byte)
        }
        if isAfterQuote { (isQuoted, isAfterQuote) = (false, false) }
    }

    private mutating func keep(_ byte: UInt8) {
        size += 1
        if size <= Self.longestRow { cells[cells.count - 1].append(byte) }
    }

    private mutating func endCell() {
        (isQuoted, isAfterQuote) = (false, false)
        size += 1
        if size <= Self.longestRow { cells.append([]) }
    }

    private mutating func endRow() {
        let texts = cells.map { String(decoding: $0, as: UTF8.self) }
        let isBlank = size == 0
        if !isBlank { rows.append((beginning, size > Self.longestRow ? nil : texts)) }
        (cells, size, isQuoted, isAfterQuote) = ([[]], 0, false, false)
        beginning = line
    }
}
