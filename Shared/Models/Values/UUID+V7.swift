package import FoundationEssentials
import Glibc
import Synchronization

extension UUID {
    /// A new time-ordered identifier: version 7 of RFC 9562, 48 bits of milliseconds, then a counter and random bits.
    ///
    /// Identifiers made by one process within one millisecond still grow, by the 12 bits behind the version.
    package static func v7(at instant: Timestamp = .now()) -> UUID {
        let (milliseconds, counter) = lastV7.withLock { last -> (UInt64, UInt16) in
            let milliseconds = UInt64(max(0, instant.microseconds / 1000))
            guard milliseconds <= last.milliseconds else {
                last = (milliseconds, UInt16.random(in: 0..<0x0400))
                return last
            }
            // A full counter borrows the next millisecond, so that order holds without waiting.
            last = last.counter < 0x0fff ? (last.milliseconds, last.counter + 1) : (last.milliseconds + 1, 0)
            return last
        }
        let random = UInt64.random(in: 0...UInt64.max)
        return UUID(
            high: milliseconds << 16 | 0x7000 | UInt64(counter),
            low: random & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
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
}

private let lastV7 = Mutex<(milliseconds: UInt64, counter: UInt16)>((0, 0))
