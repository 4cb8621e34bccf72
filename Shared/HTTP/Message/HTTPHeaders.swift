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
        fields.indices.filter { self.name(at: $0, is: name) }.map { value(at: $0) }
    }

    /// How many fields have this name.
    package func count(of name: String) -> Int {
        fields.indices.reduce(0) { self.name(at: $1, is: name) ? $0 + 1 : $0 }
    }

    /// Whether there is a field of this name.
    package func contains(_ name: String) -> Bool { firstIndex(of: name) != nil }

    /// Appends a field, beside others of its name.
    package mutating func add(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in value.withUTF8 { value in add(name, value) } }
    }

    private mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let nameStart = bytes.count
        guard !name.isEmpty, name.count <= Int(UInt16.max),
            nameStart + name.count + value.count <= Int(UInt32.max),
            name.allSatisfy(ByteClass.isToken), ByteClass.areFieldValue(UnsafeRawBufferPointer(value))
        else {
            hasForbiddenField = true
            return
        }
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
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
        guard let first = firstIndex(of: name) else { return }
        for index in stride(from: fields.count - 1, through: first, by: -1) where self.name(at: index, is: name) {
            fields.remove(at: index)
        }
    }

    /// Removes the fields whose name, in lower case, satisfies the condition.
    package mutating func removeAll(where condition: (String) -> Bool) {
        let kept = fields.indices.filter { !condition(name(at: $0).lowercased()) }.map { fields[$0] }
        fields = kept
    }

    /// Removes the fields whose name satisfies the condition, which gets the name's bytes in lower case.
    ///
    /// Makes no strings: the gateway asks it of every request and every answer.
    package mutating func removeAll(whereName condition: (UnsafeBufferPointer<UInt8>) -> Bool) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { scratch in
            fields.removeAll { field in
                let length = Int(field.nameLength)
                // No name that anybody asks for is as long; it stays.
                guard length <= scratch.count else { return false }
                for offset in 0..<length {
                    scratch[offset] = ByteClass.lowercase(bytes[Int(field.nameStart) + offset])
                }
                return condition(UnsafeBufferPointer(rebasing: scratch[..<length]))
            }
        }
    }

    func firstIndex(of name: String) -> Int? {
        fields.indices.first { self.name(at: $0, is: name) }
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
    func name(at index: Int, is name: String) -> Bool {
        let field = fields[index]
        let utf8 = name.utf8
        guard utf8.count == Int(field.nameLength) else { return false }
        var at = Int(field.nameStart)
        for byte in utf8 {
            guard ByteClass.lowercase(bytes[at]) == ByteClass.lowercase(byte) else { return false }
            at += 1
        }
        return true
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
