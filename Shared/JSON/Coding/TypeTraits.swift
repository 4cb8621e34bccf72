import FoundationEssentials

/// What the coders know of a type; found out once per type and thread.
struct TypeTraits {
    /// How a type is coded.
    enum Kind {
        case plain
        case uuid
        case text
        case scalar(any JSONScalar.Type)
        case patch(any AnyPatch.Type)
        case word(any (RawRepresentable<String> & CaseIterable).Type)
    }

    let kind: Kind
    /// The notes that have limits.
    let limits: [Note]

    init<Value>(of type: Value.Type) {
        if type == UUID.self {
            kind = .uuid
        } else if type == JSONText.self {
            kind = .text
        } else if let scalar = type as? any JSONScalar.Type {
            kind = .scalar(scalar)
        } else if let patch = type as? any AnyPatch.Type {
            kind = .patch(patch)
        } else if let word = type as? any (RawRepresentable<String> & CaseIterable).Type {
            kind = .word(word)
        } else {
            kind = .plain
        }
        limits = (type as? any Noted.Type)?.notes.filter(\.hasLimits) ?? []
    }
}

/// A table of a coder by type: a direct-mapped front, and a dictionary behind it for types that collide.
struct TypeTable<Entry> {
    private struct Line {
        var type: UnsafeRawPointer?
        var entry: Entry?
    }

    private static var size: Int { 512 }
    private let lines: UnsafeMutablePointer<Line>
    private let behind: UnsafeMutablePointer<[UnsafeRawPointer: Entry]>

    init() {
        lines = .allocate(capacity: Self.size)
        lines.initialize(repeating: Line(type: nil, entry: nil), count: Self.size)
        behind = .allocate(capacity: 1)
        behind.initialize(to: [:])
    }

    /// The type's entry, made by the closure when the type is new.
    @inline(__always)
    func entry<Value>(of type: Value.Type, _ make: () -> Entry) -> Entry {
        let pointer = unsafeBitCast(type as Any.Type, to: UnsafeRawPointer.self)
        let line = lines + Int(bitPattern: pointer) >> 4 & (Self.size - 1)
        if line.pointee.type == pointer, let entry = line.pointee.entry { return entry }
        return slowEntry(pointer, line, make)
    }

    @inline(never)
    private func slowEntry(_ pointer: UnsafeRawPointer, _ line: UnsafeMutablePointer<Line>, _ make: () -> Entry)
        -> Entry
    {
        let entry = behind.pointee[pointer] ?? make()
        behind.pointee[pointer] = entry
        line.pointee = Line(type: pointer, entry: entry)
        return entry
    }
}
