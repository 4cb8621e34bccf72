/// Header fields in the form in which they go on the wire.
///
/// For what a proxy adds to every request: it is written once, as lines, and copied behind the other fields in one
/// piece. A value that could not be written safely is left out and sets `hasForbiddenField`, as in `HTTPHeaders`.
package struct HTTPFieldLines: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var hasForbiddenField = false

    /// No lines, and room for so many bytes.
    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Appends a field; its name is the program's own, none of those by which a connection frames its messages.
    package mutating func add(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
    }

    private mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        assert(name.withUTF8Buffer { !$0.isEmpty && $0.allSatisfy(ByteClass.isToken) }, "no field is called so")
        guard ByteClass.areFieldValue(value) else {
            hasForbiddenField = true
            return
        }
        bytes.append(addingCapacity: name.utf8CodeUnitCount + value.count + 4) { room in
            room.append(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            room.append(0x3a)
            room.append(0x20)
            room.append(value)
            room.append(0x0d)
            room.append(0x0a)
        }
    }

    /// Appends lines that were written before.
    package mutating func add(_ lines: HTTPFieldLines) {
        bytes += lines.bytes
        hasForbiddenField = hasForbiddenField || lines.hasForbiddenField
    }
}
