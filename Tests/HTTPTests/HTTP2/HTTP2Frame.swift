/// A frame as it stands on the wire (RFC 9113, 4.1).
struct HTTP2Frame: Equatable {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let push: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let window: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var bytes: [UInt8] {
        let length = payload.count
        var bytes = [UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8)]
        bytes += [UInt8(truncatingIfNeeded: length), type, flags]
        return bytes + Self.number(stream) + payload
    }

    var endsStream: Bool { type <= Kind.headers && flags & Self.endStream != 0 }

    /// The last word of a RST_STREAM or a GOAWAY.
    var errorCode: UInt32 { type == Kind.goAway ? number(at: 4) : number(at: 0) }

    func number(at index: Int) -> UInt32 {
        payload.dropFirst(index).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    static func setting(_ name: UInt16, _ value: UInt32) -> [UInt8] {
        [UInt8(truncatingIfNeeded: name >> 8), UInt8(truncatingIfNeeded: name)] + number(value)
    }

    /// The whole frames at the beginning of what has come.
    static func all(in bytes: [UInt8]) -> [HTTP2Frame] {
        var frames: [HTTP2Frame] = []
        var at = 0
        while at + 9 <= bytes.count {
            let length = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
            guard at + 9 + length <= bytes.count else { break }
            let stream = bytes[at + 5..<at + 9].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            frames.append(
                HTTP2Frame(
                    type: bytes[at + 3], flags: bytes[at + 4], stream: stream,
                    payload: Array(bytes[at + 9..<at + 9 + length])))
            at += 9 + length
        }
        return frames
    }
}

/// Writes header blocks without any state: literal fields that are not indexed, their strings as they are.
enum HeaderBlock {
    static func encode(_ fields: [(String, [UInt8])]) -> [UInt8] {
        fields.reduce(into: []) { block, field in
            block.append(0)
            block += text(Array(field.0.utf8)) + text(field.1)
        }
    }

    static func encode(_ fields: [(String, String)]) -> [UInt8] {
        encode(fields.map { ($0.0, Array($0.1.utf8)) })
    }

    static func text(_ bytes: [UInt8]) -> [UInt8] { integer(bytes.count, prefix: 7) + bytes }

    /// RFC 7541, 5.1.
    static func integer(_ value: Int, prefix: Int, mark: UInt8 = 0) -> [UInt8] {
        let most = 1 << prefix - 1
        guard value >= most else { return [mark | UInt8(value)] }
        var bytes = [mark | UInt8(most)]
        var rest = value - most
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static let get = request("GET")
    static let post = request("POST")

    static func request(_ method: String, path: String = "/", _ more: [(String, String)] = []) -> [UInt8] {
        encode([(":method", method), (":scheme", "http"), (":path", path), (":authority", "a")] + more)
    }
}
