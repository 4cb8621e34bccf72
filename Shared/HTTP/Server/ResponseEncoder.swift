import IO

/// What the server decides about a response's framing.
struct ResponseFraming {
    enum Length {
        case none
        case known(Int64)
        case chunked
        case untilClose
    }

    var length: Length
    var persists: Bool
    var isVersion11: Bool
    /// Whether the handler's `Content-Length` stands, because there is no body from which to count.
    var keepsDeclaredLength = false
    /// Whether the connection goes on with the protocol that the request offered.
    var upgrades = false
}

/// Writes response heads.
enum ResponseEncoder {
    static func appendHead(
        _ response: HTTPResponse, _ framing: ResponseFraming, _ server: HTTPServer, to output: OutputBuffer
    ) {
        if response.status == 200 {
            output.append("HTTP/1.1 200 OK\r\n")
        } else {
            output.append("HTTP/1.1 ")
            output.append(decimal: response.status)
            output.append(" ")
            output.append(HTTPStatus.reason(response.status))
            output.append("\r\n")
        }
        server.date.append(to: output, at: server.loop.now)
        var headers = response.headers
        if framing.upgrades || response.status == 426 { headers.remove("upgrade") }
        appendFields(headers, keepsDeclaredLength: framing.keepsDeclaredLength, to: output)
        output.append(response.lines.bytes)
        switch framing.length {
        case .none, .untilClose: break
        case .known(let length):
            output.append("Content-Length: ")
            output.append(decimal: Int(length))
            output.append("\r\n")
        case .chunked: output.append("Transfer-Encoding: chunked\r\n")
        }
        if framing.upgrades {
            output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
        } else if response.status == 426 {
            // What is required is named (RFC 9110, 15.5.22), and nothing else is ever required here.
            output.append("Upgrade: websocket\r\n")
            output.append(framing.persists ? "Connection: Upgrade\r\n" : "Connection: Upgrade, close\r\n")
        } else if !framing.persists {
            output.append("Connection: close\r\n")
        } else if !framing.isVersion11 {
            output.append("Connection: keep-alive\r\n")
        }
        output.append("\r\n")
    }

    private static func appendFields(_ headers: HTTPHeaders, keepsDeclaredLength: Bool, to output: OutputBuffer) {
        let span = headers.bytes.span
        headers.bytes.withUnsafeBytes { bytes in
            for field in headers.fields {
                let start = Int(field.nameStart)
                let name = start..<start + Int(field.nameLength)
                guard !isOwn(span, name) || keepsDeclaredLength && span.equals(name, "content-length") else { continue }
                let value = Int(field.valueStart)..<Int(field.valueStart) + Int(field.valueLength)
                output.append(UnsafeRawBufferPointer(rebasing: bytes[name]))
                output.append(": ")
                output.append(UnsafeRawBufferPointer(rebasing: bytes[value]))
                output.append("\r\n")
            }
        }
    }

    /// Fields that belong to the connection and not to the answer.
    private static func isOwn(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        switch name.count {
        case 4: bytes.equals(name, "date")
        case 10: bytes.equals(name, "connection") || bytes.equals(name, "keep-alive")
        case 14: bytes.equals(name, "content-length")
        case 17: bytes.equals(name, "transfer-encoding")
        default: false
        }
    }
}
