/// Header fields as bytes to be kept, and back.
extension HTTPHeaders {
    /// Every field as `name: value` and a line break, in order and exactly as it was written.
    package var lines: [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count + 4 * fields.count)
        for field in fields {
            let name = Int(field.nameStart)
            let value = Int(field.valueStart)
            lines += bytes[name..<name + Int(field.nameLength)]
            lines += [0x3a, 0x20]
            lines += bytes[value..<value + Int(field.valueLength)]
            lines += [0x0d, 0x0a]
        }
        return lines
    }

    /// The fields of `lines`; nil for bytes that are none.
    package init?(lines: [UInt8]) {
        var fields: [Field] = []
        var start = 0
        while start < lines.count {
            guard let end = lines[start...].firstIndex(of: 0x0d), end + 1 < lines.count, lines[end + 1] == 0x0a,
                let colon = lines[start..<end].firstIndex(of: 0x3a), colon > start, colon + 1 < end,
                lines[colon + 1] == 0x20, colon - start <= Int(UInt16.max),
                lines[start..<colon].allSatisfy(ByteClass.isToken)
            else { return nil }
            let value = colon + 2..<end
            let isClean = lines.withUnsafeBytes {
                ByteClass.areFieldValue(UnsafeRawBufferPointer(rebasing: $0[value]))
            }
            guard isClean else { return nil }
            fields.append(
                Field(
                    nameStart: UInt32(start), valueStart: UInt32(value.lowerBound), valueLength: UInt32(value.count),
                    nameLength: UInt16(colon - start)))
            start = end + 2
        }
        self.init(bytes: lines, fields: fields)
    }
}
