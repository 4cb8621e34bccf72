/// Reads a client's frames, strictly, and puts messages together.
///
/// Call `next` until it wants more bytes. After a failure or a close frame nothing more is taken.
struct WebSocketDecoder {
    enum Event: Equatable {
        case needMore
        case message(WebSocketMessage)
        case ping([UInt8])
        case pong
        /// The code is nil when the frame has none.
        case close(WebSocketCloseCode?, reason: String)
        /// What came is no WebSocket, or more than is taken; the code says which.
        case failed(WebSocketCloseCode)
    }

    private enum State {
        case head
        case payload
        case over
    }

    private let largestMessage: Int
    private var state = State.head
    /// The bytes of the frame's head so far.
    private var head: [UInt8] = []

    // The frame whose payload comes.
    private var opcode = WebSocketOpcode.continuation
    private var isLast = false
    private var remaining = 0
    /// The key as the next payload byte needs it: its first byte is the lowest.
    private var mask: UInt32 = 0
    private var control: [UInt8] = []

    // The message that its frame belongs to.
    private var kind: WebSocketOpcode?
    private var message: [UInt8] = []
    private var check = UTF8Check()

    /// A decoder that fails as soon as a message is said to be larger.
    init(largestMessage: Int) {
        self.largestMessage = largestMessage
        head.reserveCapacity(14)
    }

    /// Goes on at `position`, which it moves behind what it has taken; the bytes are unmasked where they lie.
    mutating func next(_ bytes: inout [UInt8], from position: inout Int) -> Event {
        while true {
            switch state {
            case .over: return .needMore
            case .head:
                guard position < bytes.count else { return .needMore }
                head.append(bytes[position])
                position += 1
                if let code = takeHead() { return fail(code) }
            case .payload:
                let count = min(remaining, bytes.count - position)
                if count > 0 {
                    let isText = bytes.withUnsafeMutableBytes {
                        take(UnsafeMutableRawBufferPointer(rebasing: $0[position..<position + count]))
                    }
                    position += count
                    remaining -= count
                    guard isText else { return fail(.invalidText) }
                }
                guard remaining == 0 else { return .needMore }
                state = .head
                if let event = endFrame() { return event }
            }
        }
    }

    private mutating func fail(_ code: WebSocketCloseCode) -> Event {
        state = .over
        message = []
        control = []
        return .failed(code)
    }

    // The head.

    /// Looks at the head as far as it has come; a code when it is wrong.
    private mutating func takeHead() -> WebSocketCloseCode? {
        if head.count == 1 { return takeFirst(head[0]) }
        // A client masks every frame (5.1).
        guard head.count > 2 || head[1] & 0x80 != 0 else { return .protocolError }
        let short = Int(head[1] & 0x7f)
        guard !opcode.isControl || short <= 125 else { return .protocolError }
        let extended = short == 126 ? 2 : short == 127 ? 8 : 0
        guard head.count == 6 + extended else { return nil }
        var length = UInt64(short)
        if extended > 0 {
            length = head[2..<2 + extended].reduce(0) { $0 << 8 | UInt64($1) }
            // In the fewest bytes, and never with the highest bit (5.2).
            guard length >= (extended == 2 ? 126 : 65_536), length >> 63 == 0 else { return .protocolError }
        }
        if !opcode.isControl {
            guard length <= UInt64(largestMessage), message.count + Int(length) <= largestMessage else {
                return .messageTooLarge
            }
        }
        mask = head[(2 + extended)...].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        remaining = Int(length)
        head.removeAll(keepingCapacity: true)
        state = .payload
        return nil
    }

    private mutating func takeFirst(_ byte: UInt8) -> WebSocketCloseCode? {
        // Nothing was negotiated that would give the reserved bits a meaning.
        guard byte & 0x70 == 0, let opcode = WebSocketOpcode(rawValue: byte & 0x0f) else { return .protocolError }
        self.opcode = opcode
        isLast = byte & 0x80 != 0
        switch opcode {
        case .close, .ping, .pong: return isLast ? nil : .protocolError
        case .continuation: return kind == nil ? .protocolError : nil
        case .text, .binary:
            guard kind == nil else { return .protocolError }
            kind = opcode
            check = UTF8Check()
            return nil
        }
    }

    // The payload.

    /// Unmasks and keeps bytes; false when they belong to a text and are not UTF-8.
    private mutating func take(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        unmask(bytes)
        let isControl = opcode.isControl
        // Bound to its type, which an unoptimised build copies at once and not byte by byte.
        bytes.withMemoryRebound(to: UInt8.self) { bytes in
            if isControl { control.append(contentsOf: bytes) } else { message.append(contentsOf: bytes) }
        }
        guard !isControl else { return true }
        return kind != .text || check.take(UnsafeRawBufferPointer(bytes))
    }

    private mutating func unmask(_ bytes: UnsafeMutableRawBufferPointer) {
        let wide = UInt64(mask) | UInt64(mask) << 32
        var at = 0
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            bytes.storeBytes(of: (word ^ wide).littleEndian, toByteOffset: at, as: UInt64.self)
            at += 8
        }
        // Eight is a multiple of the key's length: only the rest turns it.
        while at < bytes.count {
            bytes[at] ^= UInt8(truncatingIfNeeded: mask)
            mask = mask >> 8 | mask << 24
            at += 1
        }
    }

    /// The frame is complete: what comes of it, nil when more frames belong to its message.
    private mutating func endFrame() -> Event? {
        if opcode.isControl {
            var payload: [UInt8] = []
            swap(&payload, &control)
            switch opcode {
            case .ping: return .ping(payload)
            case .pong: return .pong
            default: return close(payload)
            }
        }
        guard isLast else { return nil }
        let kind = self.kind
        self.kind = nil
        var whole: [UInt8] = []
        swap(&whole, &message)
        guard kind == .text else { return .message(.binary(whole)) }
        guard check.isComplete else { return fail(.invalidText) }
        return .message(.text(String(decoding: whole, as: UTF8.self)))
    }

    private mutating func close(_ payload: [UInt8]) -> Event {
        guard !payload.isEmpty else {
            state = .over
            return .close(nil, reason: "")
        }
        guard payload.count >= 2 else { return fail(.protocolError) }
        let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else { return fail(.protocolError) }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { return fail(.invalidText) }
        state = .over
        return .close(code, reason: reason)
    }
}
