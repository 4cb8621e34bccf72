@testable import HTTP

/// Frames and what comes of them, as short texts: what the tables of cases are written in.
///
/// `T(abc)` is a text, `B` binary, `C` a continuation, `X` a close, `P` a ping, `Q` a pong; small letters are not the last
/// of their message. `(x6869)` is in hexadecimal digits, `(*300)` three hundred times `*`. `#8100` are plain bytes.
enum FrameScript {
    static let mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]

    /// The bytes that a client sends.
    static func bytes(_ script: Substring) -> [UInt8] {
        script.split(separator: " ").flatMap { word -> [UInt8] in
            if word.hasPrefix("#") { return hexadecimal(word.dropFirst()) }
            guard let name = word.first, let open = word.firstIndex(of: "("), word.hasSuffix(")") else { return [] }
            return frame(name, payload(word[word.index(after: open)...].dropLast()))
        }
    }

    static func payload(_ text: Substring) -> [UInt8] {
        if text.hasPrefix("*"), let count = Int(text.dropFirst()) { return [UInt8](repeating: 0x2a, count: count) }
        if text.hasPrefix("x") { return hexadecimal(text.dropFirst()) }
        return Array(text.utf8)
    }

    static func hexadecimal(_ digits: Substring) -> [UInt8] {
        let values = digits.compactMap(\.hexDigitValue)
        return stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    /// A masked frame, its length in the fewest bytes.
    static func frame(_ name: Character, _ payload: [UInt8]) -> [UInt8] {
        let opcodes: [Character: UInt8] = ["C": 0, "T": 1, "B": 2, "X": 8, "P": 9, "Q": 10]
        let opcode = name.uppercased().first.flatMap { opcodes[$0] } ?? 15
        return frame(first: (name.isUppercase ? 0x80 : 0) | opcode, payload)
    }

    static func frame(first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes = [first]
        let count = payload.count
        if count < 126 {
            bytes.append(0x80 | UInt8(count))
        } else if count <= 0xffff {
            bytes += [0xfe, UInt8(count >> 8), UInt8(count & 0xff)]
        } else {
            bytes += [0xff] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// What a decoder says, as a text.
    static func text(_ event: WebSocketDecoder.Event) -> String? {
        switch event {
        case .needMore: nil
        case .message(.text(let text)): "T(\(short(Array(text.utf8)) ?? text))"
        case .message(.binary(let bytes)): "B(\(short(bytes) ?? "x" + hexadecimal(bytes)))"
        case .ping(let bytes): "P(\(short(bytes) ?? String(decoding: bytes, as: UTF8.self)))"
        case .pong: "Q"
        case .close(let code, let reason): "close(\(code.map { "\($0)" } ?? "")\(reason.isEmpty ? "" : ",\(reason)"))"
        case .failed(let code): "fail(\(code))"
        }
    }

    private static func short(_ bytes: [UInt8]) -> String? {
        bytes.count > 1 && bytes.allSatisfy { $0 == 0x2a } ? "*\(bytes.count)" : nil
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
