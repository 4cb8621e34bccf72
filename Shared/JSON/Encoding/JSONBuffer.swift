import Glibc

/// The document while it is written, and which containers are open; in raw memory, because class fields would pay an
/// exclusivity check each.
struct EncodingState {
    var start: UnsafeMutablePointer<UInt8>
    var at: UnsafeMutablePointer<UInt8>
    var end: UnsafeMutablePointer<UInt8>
    /// Open containers, and how many were open when the value that is being encoded began.
    var depth = 0
    var valueDepth = 0
    /// Of each open container: whether it is an object, and its number, by which a late write is recognised.
    var isObject: UnsafeMutablePointer<Bool>
    var serials: UnsafeMutablePointer<UInt32>
    var serial: UInt32 = 0
    var fault: String?
    let omitsNulls: Bool
    let tables: CoderTables
}

/// A trivial reference to the state: no reference counting, no exclusivity checks.
struct JSONBuffer {
    static let mostLevels = 64

    let state: UnsafeMutablePointer<EncodingState>

    var tables: CoderTables { state.pointee.tables }

    // Bytes.

    /// Makes room for `count` bytes and 16 more, so that short copies can be wide.
    @inline(__always)
    func need(_ count: Int) {
        if state.pointee.end - state.pointee.at < count + 16 { grow(count + 16) }
    }

    @inline(never)
    private func grow(_ count: Int) {
        let used = state.pointee.at - state.pointee.start
        let capacity = max((state.pointee.end - state.pointee.start) * 2, used + count)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: state.pointee.start, count: used)
        state.pointee.start.deallocate()
        state.pointee.start = larger
        state.pointee.at = larger + used
        state.pointee.end = larger + capacity
    }

    @inline(__always)
    func put(_ byte: UInt8) {
        need(1)
        state.pointee.at.pointee = byte
        state.pointee.at += 1
    }

    func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        need(bytes.count)
        UnsafeMutableRawPointer(state.pointee.at).copyMemory(from: source, byteCount: bytes.count)
        state.pointee.at += bytes.count
    }

    @inline(__always)
    func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A string with its quotes.
    @inline(__always)
    func putString(_ text: String) {
        var text = text
        put(UInt8(ascii: "\""))
        text.withUTF8 { putEscaped($0) }
        put(UInt8(ascii: "\""))
    }

    /// The bytes of a string, escaped where JSON asks for it; eight at a time where none needs it.
    func putEscaped(_ source: UnsafeBufferPointer<UInt8>) {
        guard var from = source.baseAddress.map({ UnsafeRawPointer($0) }) else { return }
        // The worst case is six bytes for one.
        need(source.count * 6)
        let end = from + source.count
        var to = UnsafeMutableRawPointer(state.pointee.at)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while end - from >= 8 {
            let word = from.loadUnaligned(as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5c)
            let special =
                (((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)) & highs
            to.storeBytes(of: word, as: UInt64.self)
            if special == 0 {
                from += 8
                to += 8
            } else {
                let clean = special.trailingZeroBitCount >> 3
                to = escape(from.load(fromByteOffset: clean, as: UInt8.self), at: to + clean)
                from += clean + 1
            }
        }
        while from < end {
            to = escape(from.load(as: UInt8.self), at: to)
            from += 1
        }
        state.pointee.at = to.assumingMemoryBound(to: UInt8.self)
    }

    @inline(__always)
    private func escape(_ byte: UInt8, at to: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        if byte >= 0x20, byte != 0x22, byte != 0x5c {
            to.storeBytes(of: byte, as: UInt8.self)
            return to + 1
        }
        let short: UInt8
        switch byte {
        case 0x22, 0x5c: short = byte
        case 0x08: short = UInt8(ascii: "b")
        case 0x0c: short = UInt8(ascii: "f")
        case 0x0a: short = UInt8(ascii: "n")
        case 0x0d: short = UInt8(ascii: "r")
        case 0x09: short = UInt8(ascii: "t")
        default:
            to.copyMemory(from: "\\u00", byteCount: 4)
            to.storeBytes(of: hexDigit(byte >> 4), toByteOffset: 4, as: UInt8.self)
            to.storeBytes(of: hexDigit(byte & 15), toByteOffset: 5, as: UInt8.self)
            return to + 6
        }
        to.storeBytes(of: 0x5c, as: UInt8.self)
        to.storeBytes(of: short, toByteOffset: 1, as: UInt8.self)
        return to + 2
    }

    @inline(__always)
    func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    func putInteger<Number: FixedWidthInteger>(_ number: Number) {
        need(24)
        var rest = UInt64(number.magnitude)
        if number < 0 { put(UInt8(ascii: "-")) }
        var digits = 1
        var bound: UInt64 = 10
        while rest >= bound, digits < 20 {
            digits += 1
            bound = digits < 20 ? bound &* 10 : .max
        }
        var index = digits
        repeat {
            index -= 1
            state.pointee.at[index] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while index > 0
        state.pointee.at += digits
    }

    /// The shortest text that reads back as the same number; whole numbers that a double holds exactly have no point.
    func putDouble(_ number: Double) {
        guard number.isFinite else {
            fail("a number that JSON does not have")
            return put("null")
        }
        if number == number.rounded(.towardZero), abs(number) < 9_007_199_254_740_992,
            number != 0 || number.sign == .plus
        {
            return putInteger(Int64(number))
        }
        var text = number.description
        text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
    }

    func fail(_ reason: String) {
        if state.pointee.fault == nil { state.pointee.fault = reason }
    }

    // Containers.

    /// Opens a container, or takes up again the one that the value has opened already.
    func open(isObject: Bool) -> (level: Int, serial: UInt32) {
        let level = state.pointee.valueDepth + 1
        if state.pointee.depth >= level {
            close(to: level)
            if state.pointee.isObject[level - 1] != isObject { fail("two kinds of container for one value") }
            return (level, state.pointee.serials[level - 1])
        }
        guard level <= Self.mostLevels else {
            fail("nested too deeply")
            return (Self.mostLevels, 0)
        }
        put(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        state.pointee.serial &+= 1
        state.pointee.isObject[level - 1] = isObject
        state.pointee.serials[level - 1] = state.pointee.serial
        state.pointee.depth = level
        return (level, state.pointee.serial)
    }

    /// Closes containers until so many are open.
    @inline(__always)
    func close(to depth: Int) {
        while state.pointee.depth > depth {
            state.pointee.depth -= 1
            put(state.pointee.isObject[state.pointee.depth] ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Whether a container is still the one that is open at its level; closes what is open within it.
    @inline(__always)
    func resume(_ level: Int, _ serial: UInt32) -> Bool {
        if state.pointee.depth > level { close(to: level) }
        if state.pointee.depth == level, state.pointee.serials[level - 1] == serial { return true }
        fail("a container was written to after it had ended")
        return false
    }
}
