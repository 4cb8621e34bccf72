/// Numbers, booleans and strings out of their entries.
extension DecodingHandle {
    func bool(_ index: Int) throws -> Bool {
        switch kind(index) {
        case .yes: true
        case .no: false
        default: throw wrongType(index, "boolean")
        }
    }

    func string(_ index: Int) throws -> String {
        guard kind(index) == .string else { throw wrongType(index, "string") }
        return try storableText(index)
    }

    /// The text of a string entry without NUL, which only an escape can write and which no `text` column takes.
    func storableText(_ index: Int) throws -> String {
        let text = text(index)
        guard entry(index).flags & JSONTape.escaped != 0, text.utf8.contains(0) else { return text }
        throw fault(index, "not_allowed", "a NUL character is not allowed")
    }

    /// An exact integer: `1.0` and `1e2` are none, and nothing goes through a floating-point number on the way.
    func integer<Number: FixedWidthInteger>(_ type: Number.Type, _ index: Int) throws -> Number {
        let entry = entry(index)
        guard entry.kind == .number else { throw wrongType(index, "integer") }
        guard entry.flags & JSONTape.fractional == 0 else {
            throw fault(index, "wrong_type", "integer expected, got a fraction")
        }
        var at = state.pointee.bytes + Int(entry.offset)
        let end = at + Int(entry.count)
        let isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var value: Number = 0
        while at < end {
            let digit = Number(truncatingIfNeeded: at.pointee &- 48)
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow, !carry else {
                throw fault(index, "out_of_range", "\(Number.min) to \(Number.max) expected")
            }
            value = sum
            at += 1
        }
        return value
    }

    func floating<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ type: Number.Type, _ index: Int) throws
        -> Number
    {
        let entry = entry(index)
        guard entry.kind == .number else { throw wrongType(index, "number") }
        let raw = UnsafeBufferPointer(start: state.pointee.bytes + Int(entry.offset), count: Int(entry.count))
        guard let value = Number(String(decoding: raw, as: UTF8.self)), value.isFinite else {
            throw fault(index, "out_of_range", "a number of this size is not possible")
        }
        return value
    }
}
