import Models

/// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, steps of 30 s, 6 digits, as every authenticator app has them.
package struct OneTimePassword: Sendable {
    /// Seconds that a password is shown.
    package static let step: Int64 = 30
    /// How many steps a clock may be off in either direction (RFC 6238 section 5.2 recommends one).
    package static let tolerance: Int64 = 1
    /// 160 bits, as RFC 4226 section 4 recommends.
    package static let secretSize = 20

    private let secret: [UInt8]

    package init(secret: [UInt8]) { self.secret = secret }

    /// The step of a time in seconds since 1970 at which the password is right, but for those up to `last`, which have been
    /// used: a password counts once.
    package func step(of password: String, at seconds: Int64, after last: Int64) -> Int64? {
        let now = seconds / Self.step
        let given = Array(password.utf8)
        var found: Int64?
        // All steps are compared, so that the time tells nothing of which one it was.
        for step in (now - Self.tolerance)...(now + Self.tolerance) {
            let isRight = ConstantTime.areEqual(given, digits(at: step))
            if isRight, step > last { found = found ?? step }
        }
        return found
    }

    /// The six digits of a step (RFC 4226 section 5.3).
    package func digits(at step: Int64) -> [UInt8] {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * $0)) }
        let digest = HMAC.sha1(counter, key: secret)
        let offset = Int(digest[19] & 0xf)
        var number = digest[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        var digits = [UInt8](repeating: 0x30, count: 6)
        for index in digits.indices.reversed() {
            digits[index] += UInt8(number % 10)
            number /= 10
        }
        return digits
    }

    /// The secret as authenticator apps take it: base 32 (RFC 4648 section 6) without padding.
    package var secretText: String { Self.base32(secret) }

    /// The address behind the QR code that an app reads.
    package func uri(issuer: String, account: String) -> String {
        let (issuer, account) = (PercentCode.encode(issuer), PercentCode.encode(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(secretText)&issuer=\(issuer)&digits=6&period=\(Self.step)"
    }

    private static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var (bits, buffer) = (0, UInt32(0))
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits)) & 31])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
