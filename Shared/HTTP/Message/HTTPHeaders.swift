import Glibc

/// The header fields of a message: in order, with names that compare without case.
///
/// The bytes of all fields lie in one array and each field is four numbers into it, so a parsed message costs two
/// allocations however many fields it has, and a value becomes a `String` only when it is asked for. A name or a value
/// that could not be written safely, such as one with a line break, is never stored: it sets `hasForbiddenField`, and
/// the server and the client refuse to send such a message.
package struct HTTPHeaders: Sendable {
    struct Field {
        var nameStart: UInt32
        var valueStart: UInt32
        var valueLength: UInt32
        var nameLength: UInt16
    }

    private(set) var bytes: [UInt8]
    private(set) var fields: [Field]
    /// Whether a field was refused because its name or value has bytes that no field may have.
    package private(set) var hasForbiddenField = false

    /// No fields.
    package init() {
        bytes = []
        fields = []
    }

    /// The fields of a message whose head has been parsed and found clean.
    init(bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    package var count: Int { fields.count }
    package var isEmpty: Bool { fields.isEmpty }

    /// The first value of a name, or on setting the only one; nil removes the field.
    package subscript(_ name: String) -> String? {
        get { firstIndex(of: name).map { value(at: $0) } }
        set {
            guard let newValue else { return remove(name) }
            set(name, newValue)
        }
    }

    /// The values of a name, in order.
    package func all(named name: String) -> [String] {
        indices(of: name).map { value(at: $0) }
    }

    /// How many fields have this name.
    package func count(of name: String) -> Int {
        withMatch(of: name) { isNamed in fields.reduce(0) { isNamed($1) ? $0 + 1 : $0 } }
    }

    /// Whether there is a field of this name.
    package func contains(_ name: String) -> Bool { firstIndex(of: name) != nil }

    /// The bytes of the first value of a name, without a copy.
    package func slice(of name: String) -> ArraySlice<UInt8>? {
        guard let index = firstIndex(of: name) else { return nil }
        let start = Int(fields[index].valueStart)
        return bytes[start..<start + Int(fields[index].valueLength)]
    }

    /// Appends a field, beside others of its name.
    package mutating func add(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            value.withUTF8 { value in add(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value)) }
        }
    }

    private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let nameStart = bytes.count
        guard !name.isEmpty, name.count <= Int(UInt16.max),
            nameStart + name.count + value.count <= Int(UInt32.max),
            name.allSatisfy(ByteClass.isToken), ByteClass.areFieldValue(value)
        else {
            hasForbiddenField = true
            return
        }
        bytes.append(addingCapacity: name.count + value.count) { room in
            room.append(name)
            room.append(value)
        }
        fields.append(
            Field(
                nameStart: UInt32(nameStart), valueStart: UInt32(nameStart + name.count),
                valueLength: UInt32(value.count), nameLength: UInt16(name.count)))
    }

    /// Makes room for what will be added, so that a head is not moved again and again.
    package mutating func reserve(fields more: Int, bytes length: Int) {
        fields.reserveCapacity(fields.count + more)
        bytes.reserveCapacity(bytes.count + length)
    }

    /// Replaces all fields of the name by one.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes all fields of the name.
    package mutating func remove(_ name: String) {
        // Looked at first: an array that is shared is copied by a removal that finds nothing, too.
        guard contains(name) else { return }
        for index in indices(of: name).reversed() { fields.remove(at: index) }
    }

    /// Removes the fields whose name, in lower case, satisfies the condition.
    package mutating func removeAll(where condition: (String) -> Bool) {
        let kept = fields.indices.filter { !condition(name(at: $0).lowercased()) }.map { fields[$0] }
        fields = kept
    }

    /// Removes the fields whose name satisfies the condition, which gets the name's bytes as they were written.
    ///
    /// Makes no strings: the gateway asks it of every request and every answer.
    package mutating func removeAll(whereName condition: (UnsafeBufferPointer<UInt8>) -> Bool) {
        let kept: [Field]? = bytes.withUnsafeBufferPointer { bytes in
            func isRemoved(_ field: Field) -> Bool {
                let start = Int(field.nameStart)
                return condition(UnsafeBufferPointer(rebasing: bytes[start..<start + Int(field.nameLength)]))
            }
            guard let first = fields.firstIndex(where: isRemoved) else { return nil }
            var kept: [Field] = []
            // With room for what usually follows a removal: a field or two of one's own.
            kept.reserveCapacity(fields.count + 2)
            kept.append(contentsOf: fields[..<first])
            for field in fields[(first + 1)...] where !isRemoved(field) { kept.append(field) }
            return kept
        }
        if let kept { fields = kept }
    }

    /// Calls `body` with the bytes of each name, in order.
    package func forEachName(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            for field in fields {
                let start = Int(field.nameStart)
                body(UnsafeBufferPointer(rebasing: bytes[start..<start + Int(field.nameLength)]))
            }
        }
    }

    func firstIndex(of name: String) -> Int? {
        withMatch(of: name) { isNamed in fields.firstIndex(where: isNamed) }
    }

    private func indices(of name: String) -> [Int] {
        withMatch(of: name) { isNamed in fields.indices.filter { isNamed(fields[$0]) } }
    }

    /// Calls `body` with a function that tells whether a field has the name.
    private func withMatch<Result>(of name: String, _ body: ((Field) -> Bool) -> Result) -> Result {
        var name = name
        return name.withUTF8 { name in
            bytes.withUnsafeBufferPointer { bytes in body { Self.isNamed(name, $0, bytes) } }
        }
    }

    func name(at index: Int) -> String {
        let field = fields[index]
        let start = Int(field.nameStart)
        return String(decoding: bytes[start..<start + Int(field.nameLength)], as: UTF8.self)
    }

    func value(at index: Int) -> String {
        let field = fields[index]
        let start = Int(field.valueStart)
        return String(decoding: bytes[start..<start + Int(field.valueLength)], as: UTF8.self)
    }

    /// Compares without case and without making a string of the field's name.
    private static func isNamed(
        _ name: UnsafeBufferPointer<UInt8>, _ field: Field, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard Int(field.nameLength) == name.count else { return false }
        for offset in 0..<name.count {
            let (written, wanted) = (bytes[Int(field.nameStart) + offset], name[offset])
            guard written == wanted || ByteClass.lowercase(written) == ByteClass.lowercase(wanted) else { return false }
        }
        return true
    }
}

extension OutputSpan<UInt8> {
    /// Appends bytes for which the span has room.
    mutating func append(_ more: UnsafeRawBufferPointer) {
        precondition(more.count <= freeCapacity, "no room")
        guard let source = more.baseAddress else { return }
        withUnsafeMutableBufferPointer { buffer, count in
            guard let base = buffer.baseAddress else { return }
            memcpy(base + count, source, more.count)
            count += more.count
        }
    }
}

extension HTTPHeaders: Sequence {
    /// Names as they were written, with their values, in order.
    package func makeIterator() -> AnyIterator<(name: String, value: String)> {
        var index = 0
        return AnyIterator {
            guard index < fields.count else { return nil }
            defer { index += 1 }
            return (name(at: index), value(at: index))
        }
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// Adds the pairs in order; a name may occur more than once.
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        fields.reserveCapacity(elements.count + 2)
        bytes.reserveCapacity(elements.reduce(64) { $0 + $1.0.utf8.count + $1.1.utf8.count })
        for (name, value) in elements { add(name, value) }
    }
}
