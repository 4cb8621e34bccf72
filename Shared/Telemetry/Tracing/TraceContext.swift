/// The place of a request in a trace, as the `traceparent` header of W3C Trace Context carries it.
package struct TraceContext: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt64
    private let parent: UInt64
    private let flags: UInt8

    private init(high: UInt64, low: UInt64, parent: UInt64, flags: UInt8) {
        self.high = high
        self.low = low
        self.parent = parent
        self.flags = flags
    }

    /// Reads the header, or gives `nil` for anything that section 3.2.2 of the specification does not allow.
    ///
    /// A version that we do not know is read as version 00, as section 4.3 asks, when what follows starts with `-`.
    package init?(traceparent: String) {
        // Longer ones may come from versions to be; the bound is ours.
        guard (55...512).contains(traceparent.utf8.count) else { return nil }
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes[2] == dash, bytes[35] == dash, bytes[52] == dash, let version = Self.number(bytes[0..<2]),
            version != 0xFF, version == 0 ? bytes.count == 55 : (bytes.count == 55 || bytes[55] == dash),
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
            let parent = Self.number(bytes[36..<52]), parent != 0, let flags = Self.number(bytes[53..<55])
        else { return nil }
        // Of the flags only `sampled` is known; section 4.3 has the others cleared.
        self.init(high: high, low: low, parent: parent, flags: UInt8(flags) & 1)
    }

    /// A new trace.
    package static func make() -> Self {
        Self(high: .random(in: 0 ... .max), low: .random(in: 1 ... .max), parent: .random(in: 1 ... .max), flags: 1)
    }

    /// A new trace that is named after the request that begins it: a version 7 UUID, whose random bits are at its end.
    package static func make(high: UInt64, low: UInt64) -> Self {
        Self(high: high, low: low, parent: max(1, low), flags: 1)
    }

    /// The same trace, one step on: what is sent to the next process.
    package func child() -> Self {
        Self(high: high, low: low, parent: .random(in: 1 ... .max), flags: flags)
    }

    /// The header's value.
    package var traceparent: String {
        String(unsafeUninitializedCapacity: Self.length) { text in
            write(to: text)
            return Self.length
        }
    }

    /// Calls `body` with the bytes of the header's value, without making a string.
    package func withTraceparent(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) { text in
            write(to: text)
            body(UnsafeRawBufferPointer(text))
        }
    }

    /// The bytes of the header's value.
    private static let length = 55

    private func write(to text: UnsafeMutableBufferPointer<UInt8>) {
        text[0] = UInt8(ascii: "0")
        text[1] = UInt8(ascii: "0")
        text[2] = UInt8(ascii: "-")
        text[35] = UInt8(ascii: "-")
        text[52] = UInt8(ascii: "-")
        Self.write(high, to: text, at: 3)
        Self.write(low, to: text, at: 19)
        Self.write(parent, to: text, at: 36)
        text[53] = UInt8(ascii: "0")
        text[54] = UInt8(ascii: "0") + flags
    }

    /// The trace of the work that the current task does: of a request, a job or an event.
    @TaskLocal package static var current: TraceContext?

    /// The id of this step, by which the next one names its parent.
    package var spanID: SpanID { SpanID(parent) }

    /// Whether whoever began the trace wants it kept.
    package var isSampled: Bool { flags & 1 == 1 }

    /// Where the trace lies among all traces, from 0 to 1: all processes that keep a share of them keep the same ones.
    package var position: Double { Double(low & 0x00FF_FFFF_FFFF_FFFF) / Double(1 << 56 as UInt64) }

    /// The 32 digits that all processes of one trace log.
    package var traceID: String {
        String(unsafeUninitializedCapacity: 32) { text in
            Self.write(high, to: text, at: 0)
            Self.write(low, to: text, at: 16)
            return 32
        }
    }

    /// Lower-case digits only: the specification allows no others.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    fileprivate static func write(_ number: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index)) & 15
            text[start + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }
}

/// One step of a trace.
package struct SpanID: Sendable, Equatable, CustomStringConvertible {
    private let number: UInt64

    fileprivate init(_ number: UInt64) { self.number = number }

    /// The 16 digits.
    package var description: String {
        String(unsafeUninitializedCapacity: 16) { text in
            TraceContext.write(number, to: text, at: 0)
            return 16
        }
    }
}
