/// An item of CBOR (RFC 8949) within the bounds of CTAP2's canonical form, which authenticators must write.
///
/// Lengths are definite and as short as they can be; keys stand once; tags, floats and what else no authenticator
/// writes are refused. So bytes have one reading, and reading takes no more memory than they have.
indirect enum CBOR: Sendable, Equatable {
    /// Why bytes are no item; the place is of no use to anybody.
    struct Fault: Error, Equatable {
        let reason: StaticString

        static func == (left: Fault, right: Fault) -> Bool { left.reason.description == right.reason.description }
    }

    struct Pair: Sendable, Equatable {
        let key: CBOR
        let value: CBOR
    }

    case integer(Int64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([Pair])
    case bool(Bool)
    case null

    /// A map in an array in a map in a map: more than any attestation has.
    private static let deepest = 8

    /// Reads one item; what follows it is left over.
    static func readPrefix(_ bytes: ArraySlice<UInt8>) throws(Fault) -> (item: CBOR, rest: ArraySlice<UInt8>) {
        var reader = Reader(rest: bytes)
        let item = try reader.item(depth: 0)
        return (item, reader.rest)
    }

    /// Reads one item that is all there is.
    static func read(_ bytes: [UInt8]) throws(Fault) -> CBOR {
        let (item, rest) = try readPrefix(bytes[...])
        guard rest.isEmpty else { throw Fault(reason: "bytes are left over") }
        return item
    }

    subscript(_ name: String) -> CBOR? { value(of: .text(name)) }
    subscript(_ number: Int64) -> CBOR? { value(of: .integer(number)) }

    var int: Int64? { if case .integer(let number) = self { number } else { nil } }
    var string: String? { if case .text(let text) = self { text } else { nil } }
    var data: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    var pairs: [Pair]? { if case .map(let pairs) = self { pairs } else { nil } }

    private func value(of key: CBOR) -> CBOR? { pairs?.first { $0.key == key }?.value }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func item(depth: Int) throws(Fault) -> CBOR {
            guard depth < CBOR.deepest else { throw Fault(reason: "nested too deep") }
            guard let first = rest.popFirst() else { throw Fault(reason: "cut short") }
            let (major, low) = (first >> 5, first & 0x1F)
            if major == 7 { return try simple(low) }
            let argument = try argument(low)
            switch major {
            case 0: return .integer(argument)
            case 1: return .integer(-1 - argument)
            case 2: return .bytes(Array(try take(argument)))
            case 3:
                guard let text = String(validating: try take(argument), as: UTF8.self) else {
                    throw Fault(reason: "a text that is not UTF-8")
                }
                return .text(text)
            case 4: return .array(try elements(argument, depth))
            case 5: return .map(try members(argument, depth))
            default: throw Fault(reason: "a tag")
            }
        }

        private func simple(_ low: UInt8) throws(Fault) -> CBOR {
            switch low {
            case 20: return .bool(false)
            case 21: return .bool(true)
            case 22: return .null
            default: throw Fault(reason: "a float or an unknown simple value")
            }
        }

        /// The number of an item's head, which must not have fitted into a shorter one.
        private mutating func argument(_ low: UInt8) throws(Fault) -> Int64 {
            guard low >= 24 else { return Int64(low) }
            guard low <= 27 else { throw Fault(reason: "an indefinite length") }
            let size = 1 << Int(low - 24)
            guard rest.count >= size else { throw Fault(reason: "cut short") }
            let number = rest.prefix(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(size)
            let least: UInt64 = size == 1 ? 24 : 1 << UInt64(size * 4)
            guard number >= least else { throw Fault(reason: "a number that is longer than it must be") }
            guard let value = Int64(exactly: number) else { throw Fault(reason: "a number that is too large") }
            return value
        }

        private mutating func take(_ count: Int64) throws(Fault) -> ArraySlice<UInt8> {
            guard count <= rest.count else { throw Fault(reason: "cut short") }
            let taken = rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
            return taken
        }

        private mutating func elements(_ count: Int64, _ depth: Int) throws(Fault) -> [CBOR] {
            // Each element takes a byte at least, so nothing is reserved that the bytes do not back.
            guard count <= rest.count else { throw Fault(reason: "cut short") }
            var elements: [CBOR] = []
            for _ in 0..<count { elements.append(try item(depth: depth + 1)) }
            return elements
        }

        private mutating func members(_ count: Int64, _ depth: Int) throws(Fault) -> [Pair] {
            guard count <= rest.count / 2 else { throw Fault(reason: "cut short") }
            // Looking for a key that stands twice takes the square of the number.
            guard count <= 64 else { throw Fault(reason: "too many members") }
            var pairs: [Pair] = []
            for _ in 0..<count {
                let key = try item(depth: depth + 1)
                guard key.int != nil || key.string != nil else { throw Fault(reason: "a key that is no name") }
                guard !pairs.contains(where: { $0.key == key }) else { throw Fault(reason: "a key that stands twice") }
                pairs.append(Pair(key: key, value: try item(depth: depth + 1)))
            }
            return pairs
        }
    }
}
