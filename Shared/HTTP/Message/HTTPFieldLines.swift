import Glibc

/// Header fields in the form in which they go on the wire.
///
/// For what a proxy adds to every message: it is written once, as lines, and copied behind the other fields in one
/// piece. A value that could not be written safely is left out and sets `hasForbiddenField`, as in `HTTPHeaders`.
package struct HTTPFieldLines: Sendable {
    private(set) var bytes: [UInt8] = []
    /// How many fields there are.
    package private(set) var count = 0
    private(set) var hasForbiddenField = false

    /// No lines, and room for so many bytes.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Makes room for so many bytes more.
    package mutating func reserve(_ more: Int) { bytes.reserveCapacity(bytes.count + more) }

    /// Appends a field; its name is the program's own, none of those by which a connection frames its messages.
    package mutating func add(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
    }

    /// The same for the bytes of a value.
    package mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        assert(name.withUTF8Buffer { !$0.isEmpty && $0.allSatisfy(ByteClass.isToken) }, "no field is called so")
        guard ByteClass.areFieldValue(value) else {
            hasForbiddenField = true
            return
        }
        count += 1
        bytes.append(addingCapacity: name.utf8CodeUnitCount + value.count + 4) { room in
            room.withUnsafeMutableBufferPointer { buffer, count in
                guard let base = buffer.baseAddress else { return }
                memcpy(base + count, name.utf8Start, name.utf8CodeUnitCount)
                count += name.utf8CodeUnitCount
                (base[count], base[count + 1]) = (0x3a, 0x20)
                count += 2
                if let source = value.baseAddress { memcpy(base + count, source, value.count) }
                count += value.count
                (base[count], base[count + 1]) = (0x0d, 0x0a)
                count += 2
            }
        }
    }

    /// Appends lines that were written before.
    package mutating func add(_ lines: HTTPFieldLines) {
        bytes += lines.bytes
        count += lines.count
        hasForbiddenField = hasForbiddenField || lines.hasForbiddenField
    }

    /// Appends a field that goes on with two numbers, which are not negative, and a constant between them.
    package mutating func add(_ opening: HTTPFieldOpening, _ first: Int, _ between: StaticString, _ second: Int) {
        guard opening.isSafe else {
            hasForbiddenField = true
            return
        }
        count += 1
        // Twice the digits of the largest number, and the line's end.
        bytes.append(addingCapacity: opening.bytes.count + between.utf8CodeUnitCount + 42) { room in
            room.withUnsafeMutableBufferPointer { buffer, count in
                guard let base = buffer.baseAddress else { return }
                opening.bytes.withUnsafeBufferPointer { opening in
                    if let source = opening.baseAddress { memcpy(base + count, source, opening.count) }
                }
                count += opening.bytes.count
                count += Self.write(first, to: base + count)
                memcpy(base + count, between.utf8Start, between.utf8CodeUnitCount)
                count += between.utf8CodeUnitCount
                count += Self.write(second, to: base + count)
                (base[count], base[count + 1]) = (0x0d, 0x0a)
                count += 2
            }
        }
    }

    /// Writes a number's digits and returns how many they are.
    private static func write(_ number: Int, to place: UnsafeMutablePointer<UInt8>) -> Int {
        var digits = 1
        var rest = number.magnitude
        while rest >= 10 { (rest, digits) = (rest / 10, digits + 1) }
        rest = number.magnitude
        for at in stride(from: digits - 1, through: 0, by: -1) {
            place[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return digits
    }

    /// Calls `body` with where the name and the value of each line lie, in order.
    static func forEach(in lines: UnsafeRawBufferPointer, _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) {
        var start = 0
        while start < lines.count {
            var colon = start
            while lines[colon] != 0x3a { colon += 1 }
            var end = colon + 2
            while lines[end] != 0x0d { end += 1 }
            body(start..<colon, colon + 2..<end)
            start = end + 2
        }
    }
}

extension HTTPFieldLines: ExpressibleByDictionaryLiteral {
    /// Adds the pairs in order.
    package init(dictionaryLiteral elements: (StaticString, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }
}

extension HTTPFieldLines: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// A field's name and the beginning of its value, checked and written once for all that follow.
package struct HTTPFieldOpening: Sendable {
    let bytes: [UInt8]
    let isSafe: Bool

    /// The name is the program's own.
    package init(_ name: StaticString, _ beginning: String) {
        bytes = Array("\(name): \(beginning)".utf8)
        isSafe = bytes.withUnsafeBytes { ByteClass.areFieldValue($0) }
    }
}
