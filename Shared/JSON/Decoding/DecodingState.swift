/// One document while it is decoded; in raw memory, because class fields would pay an exclusivity check each.
struct DecodingState {
    var bytes: UnsafePointer<UInt8>
    var entries: UnsafeMutablePointer<JSONTape.Entry>
    let tables: CoderTables
    let unknownKeys: JSON.UnknownKeys
    /// In the second pass, after a fault: faults are noted and stand-ins returned, so that all are found.
    var isCollecting: Bool
    var errors: [JSONFieldError]
    var seen: Set<JSONFieldError>
}

/// A trivial reference to the state: no reference counting, no exclusivity checks.
struct DecodingHandle {
    let state: UnsafeMutablePointer<DecodingState>

    /// The fault of a field, thrown in the first pass.
    struct Fault: Error {
        let index: Int
        let code: String
        let detail: String
        /// Of a missing member: its name, to be put behind the place of the object.
        var member: String?
    }

    var tables: CoderTables { state.pointee.tables }

    @inline(__always)
    func entry(_ index: Int) -> JSONTape.Entry { state.pointee.entries[index] }

    @inline(__always)
    func kind(_ index: Int) -> JSONTape.Kind { state.pointee.entries[index].kind }

    func fault(_ index: Int, _ code: String, _ detail: String) -> Fault {
        Fault(index: index, code: code, detail: detail)
    }

    func wrongType(_ index: Int, _ expected: String) -> Fault {
        let found =
            switch kind(index) {
            case .null: "null"
            case .yes, .no: "a boolean"
            case .number: "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        return fault(index, "wrong_type", "\(expected) expected, found \(found)")
    }

    /// Notes a fault in the collecting pass.
    func note(_ fault: Fault) {
        guard state.pointee.errors.count < JSONDecodingError.mostFields else { return }
        let pointer = JSONPlace(of: fault.index, in: self).pointer + (fault.member.map { "/\($0)" } ?? "")
        let error = JSONFieldError(pointer: pointer, code: fault.code, detail: fault.detail)
        guard state.pointee.seen.insert(error).inserted else { return }
        state.pointee.errors.append(error)
    }

    /// Notes the fault of a value, or of the value itself when it is another's error.
    func note(_ error: any Error, at index: Int) {
        if let fault = error as? Fault { return note(fault) }
        note(fault(index, "invalid_format", Self.detail(of: error)))
    }

    /// What a type that checks itself says of its value.
    static func detail(of error: any Error) -> String {
        switch error {
        case let error as JSONScalarError: error.detail
        case DecodingError.dataCorrupted(let context): context.debugDescription
        default: "not a valid value"
        }
    }

    // Strings.

    func text(_ index: Int) -> String {
        let entry = entry(index)
        let raw = UnsafeBufferPointer(start: state.pointee.bytes + Int(entry.offset), count: Int(entry.count))
        guard entry.flags & JSONTape.escaped != 0 else { return String(decoding: raw, as: UTF8.self) }
        return JSONUnescaping.text(raw)
    }

    /// Whether a name in the document is these bytes.
    @inline(__always)
    func name(_ index: Int, is bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let entry = state.pointee.entries[index]
        if entry.flags & JSONTape.escaped != 0 { return text(index).utf8.elementsEqual(bytes) }
        guard Int(entry.count) == bytes.count, let other = bytes.baseAddress else {
            return Int(entry.count) == bytes.count
        }
        let own = state.pointee.bytes + Int(entry.offset)
        for offset in 0..<bytes.count where own[offset] != other[offset] { return false }
        return true
    }

    /// The value of a member, or nil; marks its name as asked for.
    func find(_ bytes: UnsafeBufferPointer<UInt8>, in object: Int) -> Int? {
        let entries = state.pointee.entries
        let end = Int(entries[object].next)
        var index = Int(entries[object].hint)
        for _ in 0..<entries[object].count {
            if index >= end { index = object + 1 }
            let value = index + 1
            if name(index, is: bytes) {
                entries[index].flags |= JSONTape.used
                entries[object].hint = entries[value].next
                return value
            }
            index = Int(entries[value].next)
        }
        return nil
    }
}
