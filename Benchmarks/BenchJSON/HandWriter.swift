import FoundationEssentials

/// The page written by hand, without `Codable`: what the encoder is measured against.
struct HandWriter {
    private var bytes: [UInt8] = []

    static func write(_ page: Page) -> [UInt8] {
        var writer = HandWriter()
        writer.bytes.reserveCapacity(16384)
        writer.raw(#"{"data":["#)
        for (index, row) in page.data.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.row(row)
        }
        writer.raw(#"],"page":"#)
        writer.number(Int64(page.page))
        writer.raw(#","limit":"#)
        writer.number(Int64(page.limit))
        writer.raw(#","total":"#)
        writer.number(Int64(page.total))
        writer.raw("}")
        return writer.bytes
    }

    private mutating func row(_ row: Row) {
        raw(#"{"id":"#)
        uuid(row.id)
        raw(#","tenant_id":"#)
        uuid(row.tenantID)
        raw(#","kind":"#)
        string(row.kind.rawValue)
        raw(#","title":"#)
        string(row.title)
        raw(#","summary":"#)
        string(row.summary)
        raw(#","email":"#)
        if let email = row.email { string(email) } else { raw("null") }
        raw(#","created_at":"#)
        number(row.createdAt)
        raw(#","updated_at":"#)
        number(row.updatedAt)
        raw(#","deleted_at":"#)
        if let deletedAt = row.deletedAt { number(deletedAt) } else { raw("null") }
        raw(#","quantity":"#)
        number(Int64(row.quantity))
        raw(#","amount_minor":"#)
        number(row.amountMinor)
        raw(row.isActive ? #","is_active":true}"# : #","is_active":false}"#)
    }

    private mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The sample has no control characters.
    private mutating func string(_ text: String) {
        bytes.append(0x22)
        var text = text
        text.withUTF8 { source in
            if source.contains(where: { $0 == 0x22 || $0 == 0x5c }) {
                for byte in source {
                    if byte == 0x22 || byte == 0x5c { bytes.append(0x5c) }
                    bytes.append(byte)
                }
            } else {
                bytes.append(contentsOf: source)
            }
        }
        bytes.append(0x22)
    }

    private mutating func number(_ number: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var at = 20
            var rest = number.magnitude
            repeat {
                at -= 1
                digits[at] = 48 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { bytes.append(0x2d) }
            bytes.append(contentsOf: digits[at...])
        }
    }

    private mutating func uuid(_ uuid: UUID) {
        var raw = uuid.uuid
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 38) { text in
            text[0] = 0x22
            var at = 1
            withUnsafeBytes(of: &raw) { raw in
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[at] = 0x2d
                        at += 1
                    }
                    for shift in stride(from: UInt8(4), through: 0, by: -4) {
                        let digit = raw[index] >> shift & 15
                        text[at] = digit < 10 ? 48 + digit : 87 + digit
                        at += 1
                    }
                }
            }
            text[37] = 0x22
            bytes.append(contentsOf: text)
        }
    }
}
