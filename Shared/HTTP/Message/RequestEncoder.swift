import Glibc

/// Writes request heads for clients.
package enum RequestEncoder {
    /// Calls `body` with the bytes of a head, which are gone afterwards; false when the head could not be written safely.
    ///
    /// `Host` is the given one unless `headers` has its own. Fields that belong to a connection and not to the message
    /// are left out, and the framing is written from `framing`. `lines` go behind the other fields as they are.
    package static func withHead(
        _ method: HTTPMethod, target: String, headers: HTTPHeaders, lines: HTTPFieldLines = HTTPFieldLines(),
        host: String, framing: HTTPBodyFraming, in room: RequestRoom, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        guard !headers.hasForbiddenField, !lines.hasForbiddenField, isSafe(method, target) else { return false }
        let name = method.rawValue
        // The fields at their longest and 128 bytes for the words between, the length and the line ends.
        let bound =
            name.utf8.count + target.utf8.count + host.utf8.count + headers.bytes.count + 4 * headers.count
            + lines.bytes.count + 128
        var head = Cursor(base: room.reserve(bound))
        head.append(name)
        head.append(" ")
        head.append(target)
        head.append(" HTTP/1.1\r\n")
        if !headers.contains("host") {
            head.append("Host: ")
            head.append(host)
            head.append("\r\n")
        }
        appendFields(headers, to: &head)
        lines.bytes.withUnsafeBytes { head.append($0) }
        switch framing {
        case .length(let length):
            head.append("Content-Length: ")
            head.append(decimal: length)
            head.append("\r\n")
        case .chunked: head.append("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose: break
        }
        head.append("\r\n")
        body(UnsafeRawBufferPointer(start: head.base, count: head.count))
        return true
    }

    private static func isSafe(_ method: HTTPMethod, _ target: String) -> Bool {
        if case .other(let name) = method, name.isEmpty || !name.utf8.allSatisfy(ByteClass.isToken) { return false }
        var target = target
        return target.withUTF8 { bytes in
            for byte in bytes where !ByteClass.isTarget(byte) { return false }
            return !bytes.isEmpty
        }
    }

    private static func appendFields(_ headers: HTTPHeaders, to head: inout Cursor) {
        let span = headers.bytes.span
        headers.bytes.withUnsafeBytes { bytes in
            for field in headers.fields {
                let start = Int(field.nameStart)
                let name = start..<start + Int(field.nameLength)
                guard !isOwn(span, name) else { continue }
                let value = Int(field.valueStart)..<Int(field.valueStart) + Int(field.valueLength)
                head.append(UnsafeRawBufferPointer(rebasing: bytes[name]))
                head.append(": ")
                head.append(UnsafeRawBufferPointer(rebasing: bytes[value]))
                head.append("\r\n")
            }
        }
    }

    /// Fields that the connection decides; `Expect` too, since a client that waited would need a limit of its own.
    private static func isOwn(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        switch name.count {
        case 2: bytes.equals(name, "te")
        case 6: bytes.equals(name, "expect")
        case 7: bytes.equals(name, "upgrade") || bytes.equals(name, "trailer")
        case 10: bytes.equals(name, "connection") || bytes.equals(name, "keep-alive")
        case 14: bytes.equals(name, "content-length")
        case 16: bytes.equals(name, "proxy-connection")
        case 17: bytes.equals(name, "transfer-encoding")
        default: false
        }
    }

    /// Writes into memory whose bound was worked out before.
    private struct Cursor {
        let base: UnsafeMutableRawPointer
        var count = 0

        mutating func append(_ text: StaticString) {
            append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }

        mutating func append(_ more: UnsafeRawBufferPointer) {
            guard let source = more.baseAddress else { return }
            memcpy(base + count, source, more.count)
            count += more.count
        }

        mutating func append(_ text: String) {
            var text = text
            text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
        }

        mutating func append(decimal value: Int64) {
            append(String(value))
        }
    }
}
