/// A random credential that only its holder and, as a digest, the database know.
///
/// The text is a prefix, 43 digits of base 62 for 32 random bytes, and 6 digits of checksum: a scanner recognises a
/// leaked one, and a mistyped one is refused without a query. The checksum is no secret and proves nothing.
package struct OpaqueToken: Sendable {
    /// What a token is for; the prefix says it.
    package enum Kind: String, Sendable, CaseIterable {
        case liveAPIKey = "sbk_live_"
        case testAPIKey = "sbk_test_"
        case refresh = "sbr_"
        case invitation = "sbi_"
        case passwordReset = "sbp_"
        case emailVerification = "sbe_"
        case impersonation = "sbx_"
        case session = "sbs_"
    }

    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// 62^43 is just above 2^256.
    private static let bodyLength = 43
    private static let checksumLength = 6
    /// How many digits of the body `hint` shows: 24 of 256 bits.
    private static let hintLength = 4

    /// What the token is for.
    package let kind: Kind
    private let text: String

    /// A new token.
    package static func make(_ kind: Kind) -> OpaqueToken {
        let body = encode(SecureRandom.bytes(32), length: bodyLength)
        return OpaqueToken(kind: kind, text: kind.rawValue + body + checksum(kind.rawValue + body))
    }

    private init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    /// Reads a token of any kind, or gives `nil` for what we cannot have made.
    package init?(_ text: String) {
        guard text.utf8.count <= 64, let kind = Kind.allCases.first(where: { text.hasPrefix($0.rawValue) }) else {
            return nil
        }
        self.init(text, kind: kind)
    }

    /// Reads a token of one kind, or gives `nil` for what we cannot have made.
    package init?(_ text: String, kind: Kind) {
        let utf8 = text.utf8
        guard utf8.count == kind.rawValue.utf8.count + Self.bodyLength + Self.checksumLength,
            text.hasPrefix(kind.rawValue),
            utf8.dropFirst(kind.rawValue.utf8.count).allSatisfy(Self.digits.contains),
            Self.checksum(String(text.dropLast(Self.checksumLength))) == text.suffix(Self.checksumLength)
        else { return nil }
        self.init(kind: kind, text: text)
    }

    /// The token itself, to be shown once.
    package func reveal() -> String { text }

    /// What the database keeps: 256 random bits need no salt and no slow hash.
    package var digest: [UInt8] { SHA256.digest(text) }

    /// The beginning, by which a person recognises a key in a list.
    package var hint: String { String(text.prefix(kind.rawValue.count + Self.hintLength)) }

    private static func checksum(_ text: String) -> String {
        encode(Array(SHA256.digest(text).prefix(4)), length: checksumLength)
    }

    /// The big-endian number in base 62, with leading zeros.
    private static func encode(_ bytes: [UInt8], length: Int) -> String {
        var number = bytes
        var text: [UInt8] = []
        for _ in 0..<length {
            var remainder = 0
            for index in number.indices {
                let dividend = remainder << 8 | Int(number[index])
                number[index] = UInt8(dividend / 62)
                remainder = dividend % 62
            }
            text.append(digits[remainder])
        }
        return String(decoding: text.reversed(), as: UTF8.self)
    }
}

extension OpaqueToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the token.
    package var description: String { "[redacted]" }

    /// Never the token, even for operators.
    package var debugDescription: String { "[redacted]" }

    /// A mirror without children, so that `dump` finds nothing.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
