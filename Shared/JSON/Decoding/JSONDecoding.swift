import FoundationEssentials

/// Decodes one document: once for the value, and only when that failed once more for all its faults.
enum JSONDecoding {
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], unknownKeys: JSON.UnknownKeys
    ) throws(JSONDecodingError) -> Value {
        var entries: [JSONTape.Entry] = []
        entries.reserveCapacity(bytes.count / 8 + 8)
        try JSONTape.parse(bytes, into: &entries)
        let result: Result<Value, JSONDecodingError> = bytes.withUnsafeBufferPointer { raw in
            entries.withUnsafeMutableBufferPointer { entries in
                guard let bytes = raw.baseAddress, let tape = entries.baseAddress else {
                    return .failure(JSONDecodingError(syntax: .init(offset: 0, reason: "the document is empty")))
                }
                var state = DecodingState(
                    bytes: bytes, entries: tape, tables: .ofThisThread, unknownKeys: unknownKeys, isCollecting: false,
                    errors: [], seen: [])
                return withUnsafeMutablePointer(to: &state) { state in
                    decode(type, DecodingHandle(state: state), entryCount: entries.count)
                }
            }
        }
        return try result.get()
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ handle: DecodingHandle, entryCount: Int
    ) -> Result<Value, JSONDecodingError> {
        do {
            return .success(try handle.value(type, at: 0))
        } catch let first {
            for index in 0..<entryCount {
                handle.state.pointee.entries[index].flags &= ~JSONTape.used
            }
            handle.state.pointee.isCollecting = true
            do { _ = try handle.value(type, at: 0) } catch { handle.note(error, at: 0) }
            if handle.state.pointee.errors.isEmpty { handle.note(first, at: 0) }
            return .failure(JSONDecodingError(fields: handle.state.pointee.errors))
        }
    }
}

extension DecodingHandle {
    /// The value of an entry; in the collecting pass its faults are noted and thrown all the same.
    func value<Value: Decodable>(_ type: Value.Type, at index: Int) throws -> Value {
        let traits = tables.traits(of: type)
        if !traits.limits.isEmpty { try checkLimits(traits.limits, of: index) }
        switch traits.kind {
        case .plain, .patch:
            let value = try Value(from: JSONValueDecoder(handle: self, index: index))
            if kind(index) == .object { try checkNames(of: index) }
            return value
        case .uuid: return unsafeBitCast(try uuid(index), to: Value.self)
        case .text:
            let entry = entry(index)
            let start = Int(entry.offset) - (entry.kind == .string ? 1 : 0)
            let raw = UnsafeBufferPointer(start: state.pointee.bytes + start, count: Int(entry.end) - start)
            return unsafeBitCast(JSONText(validated: Array(raw)), to: Value.self)
        case .scalar(let scalar): return try self.scalar(scalar, as: type, at: index)
        case .word(let word): return try self.word(word, as: type, at: index)
        }
    }

    private func scalar<Scalar: JSONScalar, Value>(
        _ scalar: Scalar.Type, as type: Value.Type, at index: Int
    ) throws -> Value {
        guard kind(index) == .string else { throw wrongType(index, "string") }
        let text = try storableText(index)
        do throws(JSONScalarError) {
            // The traits say that the two types are one.
            return unsafeBitCast(try Scalar(jsonText: text), to: Value.self)
        } catch {
            throw fault(index, error.code, error.detail)
        }
    }

    private func word<Word: RawRepresentable<String> & CaseIterable, Value>(
        _ word: Word.Type, as type: Value.Type, at index: Int
    ) throws -> Value {
        guard kind(index) == .string else { throw wrongType(index, "string") }
        guard let value = Word(rawValue: text(index)) else {
            let allowed = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(index, "not_allowed", "one of \(allowed) expected")
        }
        return unsafeBitCast(value, to: Value.self)
    }

    /// Names members that nobody asked for and members that stand twice.
    private func checkNames(of object: Int) throws {
        guard state.pointee.unknownKeys == .refuse else { return }
        let end = Int(entry(object).next)
        var index = object + 1
        var asked = true
        while index < end {
            asked = asked && entry(index).flags & JSONTape.used != 0
            index = Int(entry(index + 1).next)
        }
        let wasListed = entry(object).flags & JSONTape.used != 0
        if asked, !wasListed { return }
        var names: Set<String> = []
        var used: Set<String> = []
        for name in self.names(of: object) where entry(name).flags & JSONTape.used != 0 { used.insert(text(name)) }
        for name in self.names(of: object) {
            let text = text(name)
            let isNew = names.insert(text).inserted
            let isUsed = entry(name).flags & JSONTape.used != 0
            if isNew, isUsed { continue }
            if isNew, !used.contains(text) {
                try refuse(fault(name, "unknown_key", "there is no such field"))
            } else if !isNew {
                try refuse(fault(name, "duplicate_key", "the field stands twice"))
            }
        }
    }

    /// The entries of an object's names.
    func names(of object: Int) -> [Int] {
        var names: [Int] = []
        names.reserveCapacity(Int(entry(object).count))
        var index = object + 1
        while index < Int(entry(object).next) {
            names.append(index)
            index = Int(entry(index + 1).next)
        }
        return names
    }

    /// Throws in the first pass, notes in the collecting one.
    private func refuse(_ fault: Fault) throws {
        guard state.pointee.isCollecting else { throw fault }
        note(fault)
    }

    private func checkLimits(_ limits: [Note], of object: Int) throws {
        guard kind(object) == .object else { return }
        for note in limits {
            var key = note.key
            let found = key.withUTF8 { member($0, of: object) }
            guard let found, let fault = limitFault(note, of: found + 1) else { continue }
            try refuse(fault)
        }
    }

    /// The entry of a name, without marking it as asked for.
    private func member(_ bytes: UnsafeBufferPointer<UInt8>, of object: Int) -> Int? {
        var index = object + 1
        while index < Int(entry(object).next) {
            if name(index, is: bytes) { return index }
            index = Int(entry(index + 1).next)
        }
        return nil
    }

    private func limitFault(_ note: Note, of index: Int) -> Fault? {
        let entry = entry(index)
        switch entry.kind {
        case .string:
            guard let length = note.length else { return nil }
            // No string has more characters than bytes.
            if Int(entry.count) <= length.upperBound, length.lowerBound <= 0 { return nil }
            let count = text(index).unicodeScalars.count
            if count > length.upperBound { return fault(index, "too_long", "at most \(length.upperBound) characters") }
            if count < length.lowerBound {
                return fault(index, "too_short", "at least \(length.lowerBound) characters")
            }
        case .array:
            guard let count = note.count else { return nil }
            if Int(entry.count) > count.upperBound {
                return fault(index, "too_long", "at most \(count.upperBound) elements")
            }
            if Int(entry.count) < count.lowerBound {
                return fault(index, "too_short", "at least \(count.lowerBound) elements")
            }
        case .number:
            guard let range = note.range else { return nil }
            let raw = UnsafeBufferPointer(start: state.pointee.bytes + Int(entry.offset), count: Int(entry.count))
            guard let number = Double(String(decoding: raw, as: UTF8.self)) else { return nil }
            if number < Double(range.lowerBound) || number > Double(range.upperBound) {
                return fault(index, "out_of_range", "\(range.lowerBound) to \(range.upperBound) expected")
            }
        default: break
        }
        return nil
    }
}
