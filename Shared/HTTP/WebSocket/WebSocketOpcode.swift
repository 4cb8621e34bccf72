/// The kinds of frames (RFC 6455, 11.8).
enum WebSocketOpcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
}

/// Writes a server's frames, which are never masked nor in fragments.
enum WebSocketEncoder {
    static func append(_ opcode: WebSocketOpcode, _ payload: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let count = payload.count
        output.append(0x80 | opcode.rawValue)
        if count < 126 {
            output.append(UInt8(count))
        } else if count <= 0xffff {
            output.append(126)
            for shift in [8, 0] { output.append(UInt8(truncatingIfNeeded: count >> shift)) }
        } else {
            output.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                output.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        }
        output.append(contentsOf: payload)
    }

    static func append(_ opcode: WebSocketOpcode, _ payload: [UInt8], to output: inout [UInt8]) {
        payload.withUnsafeBufferPointer { append(opcode, $0, to: &output) }
    }

    static func append(_ message: WebSocketMessage, to output: inout [UInt8]) {
        switch message {
        case .text(var text): text.withUTF8 { append(.text, $0, to: &output) }
        case .binary(let bytes): append(.binary, bytes, to: &output)
        }
    }

    /// A close frame; a reason is cut so that it fits, at the end of a character.
    static func appendClose(_ code: WebSocketCloseCode?, reason: String, to output: inout [UInt8]) {
        guard let code else { return append(.close, [], to: &output) }
        var text = reason
        while text.utf8.count > 123 { text.removeLast() }
        append(.close, [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)] + Array(text.utf8), to: &output)
    }
}
