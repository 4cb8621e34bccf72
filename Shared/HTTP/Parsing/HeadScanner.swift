import Glibc

/// Finds the lines of a head and takes its field lines apart, strictly as RFC 9112, 5 has them: CRLF only, no folding.
///
/// The caller passes all bytes since the head's first, again with more when they were not enough; only the new ones
/// are looked at, so a head that comes byte by byte costs no more than one that comes whole.
struct HeadScanner {
    enum Line {
        case line(Range<Int>)
        case needMore
        case refused(HTTPRefusal)
    }

    struct FieldLine {
        var name: Range<Int>
        var value: Range<Int>
    }

    private let limit: Int
    private let maximumFields: Int
    private(set) var lineStart = 0
    private var scanned = 0
    private(set) var fields: [HTTPHeaders.Field] = []

    init(limit: Int, fields: Int) {
        self.limit = limit
        maximumFields = fields
    }

    /// Hands over the fields of a finished head and begins with the next.
    mutating func takeFields() -> [HTTPHeaders.Field] {
        lineStart = 0
        scanned = 0
        var taken: [HTTPHeaders.Field] = []
        swap(&taken, &fields)
        return taken
    }

    /// The next line without its CRLF, which ends before `lineStart`.
    mutating func nextLine(_ bytes: Span<UInt8>) -> Line {
        guard let end = bytes.firstLineFeed(from: scanned) else {
            scanned = bytes.count
            return bytes.count >= limit ? .refused(.headTooLarge) : .needMore
        }
        let start = lineStart
        scanned = end + 1
        lineStart = end + 1
        guard end < limit else { return .refused(.headTooLarge) }
        guard end > start, bytes[end - 1] == 0x0d else { return .refused(.malformed) }
        return .line(start..<end - 1)
    }

    /// Takes a field line apart and remembers it.
    mutating func field(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Result<FieldLine, HTTPRefusal> {
        guard let field = Self.parseField(bytes, line) else { return .failure(.malformed) }
        guard fields.count < maximumFields, field.name.count <= Int(UInt16.max) else { return .failure(.headTooLarge) }
        if fields.isEmpty { fields.reserveCapacity(12) }
        fields.append(
            HTTPHeaders.Field(
                nameStart: UInt32(truncatingIfNeeded: field.name.lowerBound),
                valueStart: UInt32(truncatingIfNeeded: field.value.lowerBound),
                valueLength: UInt32(truncatingIfNeeded: field.value.count),
                nameLength: UInt16(truncatingIfNeeded: field.name.count)))
        return .success(field)
    }

    /// Nil when the line is no field: a blank at its start or before the colon, an illegal byte, no name.
    static func parseField(_ bytes: Span<UInt8>, _ line: Range<Int>) -> FieldLine? {
        var at = line.lowerBound
        let end = line.upperBound
        while at < end, ByteClass.isToken(bytes[at]) { at += 1 }
        guard at > line.lowerBound, at < end, bytes[at] == 0x3a else { return nil }
        let name = line.lowerBound..<at
        var first = at + 1
        while first < end, ByteClass.isBlank(bytes[first]) { first += 1 }
        var last = end
        while last > first, ByteClass.isBlank(bytes[last - 1]) { last -= 1 }
        let isClean = bytes.withUnsafeBytes {
            ByteClass.areFieldValue(UnsafeRawBufferPointer(rebasing: $0[first..<last]))
        }
        return isClean ? FieldLine(name: name, value: first..<last) : nil
    }
}

extension Span where Element == UInt8 {
    func firstLineFeed(from start: Int) -> Int? {
        withUnsafeBufferPointer { buffer in
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, 0x0a, buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(base).distance(to: found)
        }
    }

    /// Whether a range is this ASCII word, in any case; the word is given in lower case.
    func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        var at = 0
        while at < range.count {
            guard ByteClass.lowercase(self[range.lowerBound + at]) == word.utf8Start[at] else { return false }
            at += 1
        }
        return true
    }

    /// A decimal number of digits only, at most 18 of them; nil otherwise.
    func decimal(_ range: Range<Int>) -> Int64? {
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var value: Int64 = 0
        for at in range {
            let byte = self[at]
            guard ByteClass.isDigit(byte) else { return nil }
            value = value * 10 + Int64(byte &- 0x30)
        }
        return value
    }

    func text(_ range: Range<Int>) -> String {
        withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }
}
