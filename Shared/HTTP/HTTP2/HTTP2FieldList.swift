import CNghttp2
import Glibc
import IO

/// The fields of an answer as nghttp2 wants them: names in lower case, pointers into memory that stays for the call.
///
/// One per server and reused for every answer. Confined to its loop.
final class HTTP2FieldList {
    private var list: UnsafeMutablePointer<nghttp2_nv>
    private var capacity = 64
    private var count = 0
    private var names: UnsafeMutablePointer<UInt8>
    private var namesCapacity = 4096
    private let digits = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)

    init() {
        list = .allocate(capacity: capacity)
        names = .allocate(capacity: namesCapacity)
    }

    deinit {
        list.deallocate()
        names.deallocate()
        digits.deallocate()
    }

    /// Calls `body` with a whole head.
    ///
    /// `length` is written as `Content-Length`; that of the handler stands only with `keepsDeclaredLength`.
    func withHead<Result>(
        of response: HTTPResponse, length: Int64?, keepsDeclaredLength: Bool, _ server: HTTPServer,
        _ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result
    ) -> Result {
        let headers = response.headers
        count = 0
        let lines = response.lines
        reserve(fields: headers.count + lines.count + 3, names: headers.bytes.count + lines.bytes.count)
        digits[0] = 0x30 + UInt8(truncatingIfNeeded: response.status / 100)
        digits[1] = 0x30 + UInt8(truncatingIfNeeded: response.status / 10 % 10)
        digits[2] = 0x30 + UInt8(truncatingIfNeeded: response.status % 10)
        add(":status", digits, 3)
        return server.date.withValue(at: server.loop.now) { date in
            add("date", date.baseAddress, date.count)
            if let length {
                let start = writeDecimal(length)
                add("content-length", digits + start, 24 - start)
            }
            return headers.bytes.withUnsafeBytes { bytes in
                let written = add(headers, bytes, keepsDeclaredLength: keepsDeclaredLength)
                return lines.bytes.withUnsafeBytes { bytes in
                    add(lines: bytes, names: written)
                    return body(list, count)
                }
            }
        }
    }

    /// An interim answer has nothing but its status.
    func withContinue<Result>(_ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result) -> Result {
        count = 0
        (digits[0], digits[1], digits[2]) = (0x31, 0x30, 0x30)
        add(":status", digits, 3)
        return body(list, count)
    }

    /// How many bytes of `names` were used.
    private func add(_ headers: HTTPHeaders, _ bytes: UnsafeRawBufferPointer, keepsDeclaredLength: Bool) -> Int {
        var written = 0
        guard let base = bytes.baseAddress else { return 0 }
        for field in headers.fields {
            let length = Int(field.nameLength)
            let name = names + written
            let start = base + Int(field.nameStart)
            for at in 0..<length { name[at] = ByteClass.lowercase(start.load(fromByteOffset: at, as: UInt8.self)) }
            let lower = UnsafeBufferPointer(start: name, count: length)
            guard !Self.isOwn(lower) || keepsDeclaredLength && Self.isWord(lower, "content-length") else { continue }
            written += length
            var first = Int(field.valueStart)
            var last = first + Int(field.valueLength)
            // RFC 9113, 8.2.1: no blanks around a value.
            while first < last, ByteClass.isBlank(bytes[first]) { first += 1 }
            while last > first, ByteClass.isBlank(bytes[last - 1]) { last -= 1 }
            append(name, length, base + first, last - first)
        }
        return written
    }

    /// Lines are well-formed, and their names are none of the connection's.
    private func add(lines bytes: UnsafeRawBufferPointer, names used: Int) {
        guard let base = bytes.baseAddress else { return }
        var written = used
        HTTPFieldLines.forEach(in: bytes) { name, value in
            let lower = names + written
            for at in 0..<name.count { lower[at] = ByteClass.lowercase(bytes[name.lowerBound + at]) }
            written += name.count
            append(lower, name.count, base + value.lowerBound, value.count)
        }
    }

    /// Fields of the connection (RFC 9113, 8.2.2) and those that the server writes itself.
    private static func isOwn(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.count {
        case 2: isWord(name, "te")
        case 4: isWord(name, "date")
        case 7: isWord(name, "upgrade")
        case 10: isWord(name, "connection") || isWord(name, "keep-alive")
        case 14: isWord(name, "content-length")
        case 16: isWord(name, "proxy-connection")
        case 17: isWord(name, "transfer-encoding")
        case 20: isWord(name, "sec-websocket-accept")
        default: false
        }
    }

    private static func isWord(_ name: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard let base = name.baseAddress, name.count == word.utf8CodeUnitCount else { return false }
        return memcmp(base, word.utf8Start, name.count) == 0
    }

    private func add(_ name: StaticString, _ value: UnsafeRawPointer?, _ length: Int) {
        append(UnsafeMutablePointer(mutating: name.utf8Start), name.utf8CodeUnitCount, value, length)
    }

    private func append(
        _ name: UnsafeMutablePointer<UInt8>, _ nameLength: Int, _ value: UnsafeRawPointer?, _ valueLength: Int
    ) {
        // nghttp2 reads through the pointers and copies; it writes nothing.
        let value = UnsafeMutablePointer(mutating: value?.assumingMemoryBound(to: UInt8.self))
        list[count] = nghttp2_nv(name: name, value: value, namelen: nameLength, valuelen: valueLength, flags: 0)
        count += 1
    }

    /// Writes at the end of the first 24 digits and returns where it begins.
    private func writeDecimal(_ value: Int64) -> Int {
        var at = 24
        var rest = value
        repeat {
            at -= 1
            digits[at] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        return at
    }

    private func reserve(fields: Int, names more: Int) {
        if fields > capacity {
            list.deallocate()
            capacity = fields * 2
            list = .allocate(capacity: capacity)
        }
        guard more > namesCapacity else { return }
        names.deallocate()
        namesCapacity = more * 2
        names = .allocate(capacity: namesCapacity)
    }
}
