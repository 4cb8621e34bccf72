package import FoundationEssentials

/// Encodes one value into a buffer of its own.
enum JSONEncoding {
    /// Most answers fit; the buffer doubles when one does not.
    private static let firstCapacity = 4096

    static func encode<Value: Encodable>(_ value: Value, nulls: JSON.Nulls) throws(JSONEncodingError) -> [UInt8] {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: firstCapacity)
        let isObject = UnsafeMutablePointer<Bool>.allocate(capacity: JSONBuffer.mostLevels)
        let serials = UnsafeMutablePointer<UInt32>.allocate(capacity: JSONBuffer.mostLevels)
        var state = EncodingState(
            start: memory, at: memory, end: memory + firstCapacity, isObject: isObject, serials: serials,
            omitsNulls: nulls == .omit, tables: .ofThisThread)
        defer {
            state.start.deallocate()
            isObject.deallocate()
            serials.deallocate()
        }
        let thrown: (any Error)? = withUnsafeMutablePointer(to: &state) { state in
            do {
                try JSONBuffer(state: state).encode(value)
                return nil
            } catch {
                return error
            }
        }
        if let reason = state.fault { throw JSONEncodingError(reason: reason) }
        if let thrown { throw JSONEncodingError(reason: "\(thrown)") }
        return [UInt8](UnsafeBufferPointer(start: state.start, count: state.at - state.start))
    }
}

extension JSONBuffer {
    /// Writes a value of any type.
    func encode<Value: Encodable>(_ value: Value) throws {
        switch tables.traits(of: Value.self).kind {
        case .plain, .patch, .word:
            let outer = state.pointee.valueDepth
            let depth = state.pointee.depth
            let before = state.pointee.at - state.pointee.start
            state.pointee.valueDepth = depth
            try value.encode(to: JSONValueEncoder(buffer: self))
            close(to: depth)
            state.pointee.valueDepth = outer
            // A value that encodes nothing is an empty object.
            if state.pointee.at - state.pointee.start == before { put("{}") }
        case .uuid: put(unsafeBitCast(value, to: UUID.self))
        case .text: unsafeBitCast(value, to: JSONText.self).bytes.withUnsafeBytes { put($0) }
        case .scalar(let scalar): put(value, as: scalar)
        }
    }

    private func put<Scalar: JSONScalar, Value>(_ value: Value, as scalar: Scalar.Type) {
        put(UInt8(ascii: "\""))
        var writer = JSONTextWriter(buffer: self)
        // The traits say that the two types are one.
        unsafeBitCast(value, to: Scalar.self).write(into: &writer)
        put(UInt8(ascii: "\""))
    }

    /// A UUID in lower case (RFC 9562, 4).
    private func put(_ uuid: UUID) {
        put(UInt8(ascii: "\""))
        putHyphenated(uuid)
        put(UInt8(ascii: "\""))
    }

    func putHyphenated(_ uuid: UUID) {
        need(36)
        var bytes = uuid.uuid
        withUnsafeBytes(of: &bytes) { raw in
            var to = state.pointee.at
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    to.pointee = UInt8(ascii: "-")
                    to += 1
                }
                to[0] = hexDigit(raw[index] >> 4)
                to[1] = hexDigit(raw[index] & 15)
                to += 2
            }
            state.pointee.at = to
        }
    }

    /// Whether a value is a patch that is not to be written at all.
    @inline(__always)
    func isAbsent<Value>(_ value: Value) -> Bool {
        guard case .patch = tables.traits(of: Value.self).kind else { return false }
        return (value as? any AnyPatch)?.isAbsent ?? false
    }
}

extension JSONTextWriter {
    /// Appends a UUID in lower case.
    package mutating func append(_ uuid: UUID) { buffer.putHyphenated(uuid) }
}
