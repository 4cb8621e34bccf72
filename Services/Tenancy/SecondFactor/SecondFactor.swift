import Crypto
import Models

/// A person's second factor as it is stored.
struct SecondFactor: Sendable {
    /// How many codes stand in for a lost app.
    static let recoveryCodes = 10
    /// 80 bits each: more than anybody can try.
    private static let codeDigits = 16

    /// Sealed.
    var secret: [UInt8]
    var lastStep: Int64
    var createdAt: Timestamp
    var confirmedAt: Timestamp?

    static func place(of user: UserID, in tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "second_factors", column: "secret", row: user.description)
    }

    /// New codes in groups of four digits of base 32 without letters that look like digits.
    static func makeRecoveryCodes() -> [String] {
        let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return (0..<recoveryCodes).map { _ in
            let letters = SecureRandom.bytes(codeDigits).map { alphabet[Int($0 & 31)] }
            return stride(from: 0, to: codeDigits, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
        }
    }

    /// What is stored of a code; people may leave the hyphens out and write small letters.
    static func digest(ofCode text: String) -> [UInt8] {
        SHA256.digest(String(text.uppercased().filter { $0.isLetter || $0.isNumber }))
    }

    /// Whether the text looks like a one-time password rather than a recovery code.
    static func isOneTimePassword(_ text: String) -> Bool {
        text.utf8.count == 6 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
