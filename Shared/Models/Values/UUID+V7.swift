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
        withUnsafeBytes(of: uuid) { bytes in
            String(unsafeUninitializedCapacity: 36) { text in
                var at = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    text[at] = Self.digit(byte >> 4)
                    text[at + 1] = Self.digit(byte & 15)
                    at += 2
                }
                return at
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
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
