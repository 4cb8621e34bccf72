/// The `Sec-WebSocket-Key` of a handshake: sixteen random bytes, by which a client knows that its answer is no cached one.
package struct WebSocketKey: Sendable, Equatable {
    /// As it goes on the wire.
    package let text: String

    /// A key that somebody sent; nil when it is not sixteen bytes in base 64 (RFC 6455, 4.2.1).
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        // Of the last digit only the upper bits count: of AAAAAAAA..., A, Q, g and w may stand there.
        guard digits.count == 24, digits[22...].elementsEqual([0x3d, 0x3d]),
            digits[..<22].allSatisfy({ Self.alphabet.contains($0) }), "AQgw".utf8.contains(digits[21])
        else { return nil }
        self.text = text
    }

    private init(bytes: [UInt8]) { text = Self.base64(bytes) }

    /// A key that nobody can foresee.
    package static func make() -> WebSocketKey {
        var generator = SystemRandomNumberGenerator()
        return WebSocketKey(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// The `Sec-WebSocket-Accept` of who has understood it.
    package var accept: String {
        Self.base64(SHA1.digest(Array((text + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
            let word = group[0] << 16 | group[1] << 8 | group[2]
            for digit in 0..<4 {
                let isThere = start + digit <= bytes.count
                text.append(isThere ? alphabet[Int(word >> (18 - 6 * UInt32(digit)) & 63)] : 0x3d)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
