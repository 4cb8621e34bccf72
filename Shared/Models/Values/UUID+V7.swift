package import FoundationEssentials
import Glibc
import Synchronization

extension UUID {
    /// A new time-ordered identifier: version 7 of RFC 9562, 48 bits of milliseconds, then a counter and random bits.
    ///
    /// Identifiers made by one process within one millisecond still grow, by the 12 bits behind the version.
    package static func v7(at instant: Timestamp = .now()) -> UUID {
        source.withLock { $0.next(at: UInt64(max(0, instant.microseconds / 1000))) }
    }

    /// An identifier from its two halves in network byte order.
    package init(high: UInt64, low: UInt64) {
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &bytes) { raw in
            raw.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        self.init(uuid: bytes)
    }

    /// The instant within a version 7 identifier, in milliseconds since 1970.
    package var v7Milliseconds: UInt64 {
        withUnsafeBytes(of: uuid) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) >> 16 }
    }

    /// The two halves in network byte order.
    package var halves: (high: UInt64, low: UInt64) {
        withUnsafeBytes(of: uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// The form with hyphens in lower case; several ids are written for every request, and Foundation's goes by printf.
    package var text: String {
        let (high, low) = halves
        return String(unsafeUninitializedCapacity: 36) { text in
            let text = UnsafeMutableRawBufferPointer(text)
            func put(_ four: UInt64, at place: Int) {
                text.storeBytes(of: UInt32(truncatingIfNeeded: four).bigEndian, toByteOffset: place, as: UInt32.self)
            }
            let second = Self.digits(high & 0xffff_ffff)
            let third = Self.digits(low >> 32)
            text.storeBytes(of: Self.digits(high >> 32).bigEndian, toByteOffset: 0, as: UInt64.self)
            put(second >> 32, at: 9)
            put(second, at: 14)
            put(third >> 32, at: 19)
            put(third, at: 24)
            text.storeBytes(of: Self.digits(low & 0xffff_ffff).bigEndian, toByteOffset: 28, as: UInt64.self)
            text[8] = UInt8(ascii: "-")
            text[13] = UInt8(ascii: "-")
            text[18] = UInt8(ascii: "-")
            text[23] = UInt8(ascii: "-")
            return 36
        }
    }

    /// The eight digits of 32 bits, the first in the highest byte; all are worked out at once.
    private static func digits(_ bits: UInt64) -> UInt64 {
        // Each step halves the pieces and sets them twice as far apart, down to four bits in each byte.
        var digits = (bits | bits << 16) & 0x0000_ffff_0000_ffff
        digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff
        digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f
        // 1 in each byte from ten on: there a letter stands, 39 behind the digits' places.
        let letters = ((digits + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return digits + 0x3030_3030_3030_3030 + letters * 0x27
    }
}

/// What identifiers of version 7 are made of: the last instant, the counter within it and random words.
private struct V7Source {
    private var milliseconds: UInt64 = 0
    private var counter: UInt16 = 0
    /// Taken from the system many at once: the call costs more than the rest of an identifier.
    private var random: [UInt64] = []

    mutating func next(at now: UInt64) -> UUID {
        if now > milliseconds {
            milliseconds = now
            counter = UInt16(truncatingIfNeeded: nextRandom()) & 0x03ff
        } else if counter < 0x0fff {
            counter += 1
        } else {
            // A full counter borrows the next millisecond, so that order holds without waiting.
            milliseconds += 1
            counter = 0
        }
        return UUID(
            high: milliseconds << 16 | 0x7000 | UInt64(counter),
            low: nextRandom() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }

    private mutating func nextRandom() -> UInt64 {
        if let word = random.popLast() { return word }
        random = [UInt64](repeating: 0, count: 64)
        random.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { arc4random_buf(start, bytes.count) }
        }
        return random.removeLast()
    }
}

private let source = Mutex(V7Source())
