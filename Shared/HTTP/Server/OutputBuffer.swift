import Glibc

/// The memory in which a server puts a response together before it gives it to the kernel in one write.
///
/// One per server and reused for every response. Raw memory, because growing and checking an array field costs more
/// than the copy; every append checks the room first. Confined to its loop.
final class OutputBuffer {
    private static let ordinaryCapacity = 65_536

    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = Self.ordinaryCapacity
        base = Self.allocate(capacity)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Empties the buffer and gives back what an unusual response needed.
    func reset() {
        count = 0
        guard capacity > Self.ordinaryCapacity else { return }
        base.deallocate()
        capacity = Self.ordinaryCapacity
        base = Self.allocate(capacity)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 4096).bindMemory(
            to: UInt8.self, capacity: capacity)
    }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let grown = Self.allocate(capacity)
        grown.update(from: base, count: count)
        base.deallocate()
        base = grown
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func append(_ more: UnsafeRawBufferPointer) {
        guard let source = more.baseAddress, !more.isEmpty else { return }
        reserve(more.count)
        memcpy(base + count, source, more.count)
        count += more.count
    }

    func append(_ more: [UInt8]) { more.withUnsafeBytes { append($0) } }

    func append(byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    func append(decimal value: Int) {
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        reserve(digits)
        rest = value
        var at = count + digits
        repeat {
            at -= 1
            base[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while at > count
        count += digits
    }

    func append(hexadecimal value: Int) {
        var shift = max(0, (Int.bitWidth - value.leadingZeroBitCount - 1) / 4 * 4)
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (value >> shift) & 15)
            append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }
}
