import Crypto

/// What an authenticator vouches for (Web Authentication, 6.1).
struct AuthenticatorReport: Sendable {
    /// The flags of the fifth field's byte.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        static let userPresent = Flags(rawValue: 0x01)
        static let userVerified = Flags(rawValue: 0x04)
        static let backupEligible = Flags(rawValue: 0x08)
        static let backedUp = Flags(rawValue: 0x10)
        static let hasCredential = Flags(rawValue: 0x40)
        static let hasExtensions = Flags(rawValue: 0x80)
    }

    /// A new credential.
    struct Credential: Sendable {
        let id: [UInt8]
        /// COSE, as the authenticator wrote it.
        let publicKey: [UInt8]
        let key: SignatureKey
    }

    private static let headSize = 37
    private static let modelSize = 16
    /// Web Authentication, 7.1: longer ids are refused.
    static let longestID = 1023

    /// SHA-256 of the host that the authenticator believes in.
    let partyDigest: [UInt8]
    let flags: Flags
    let signCount: UInt32
    let credential: Credential?

    init(_ bytes: [UInt8]) throws(PasskeyFault) {
        guard bytes.count >= Self.headSize else { throw .malformed }
        partyDigest = Array(bytes[..<32])
        flags = Flags(rawValue: bytes[32])
        signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var rest = bytes[Self.headSize...]
        credential = flags.contains(.hasCredential) ? try Self.credential(&rest) : nil
        if flags.contains(.hasExtensions) {
            let (extensions, left) = try Self.item(rest)
            guard extensions.pairs != nil else { throw .malformed }
            rest = left
        }
        guard rest.isEmpty else { throw .malformed }
    }

    private static func credential(_ rest: inout ArraySlice<UInt8>) throws(PasskeyFault) -> Credential {
        rest = rest.dropFirst(modelSize)
        guard rest.count >= 2 else { throw .malformed }
        let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(2)
        guard (1...longestID).contains(length), rest.count > length else { throw .malformed }
        let id = Array(rest.prefix(length))
        let from = rest.dropFirst(length)
        let (item, left) = try item(from)
        guard let key = PasskeyKey.read(item) else { throw .unsupportedKey }
        rest = left
        return Credential(id: id, publicKey: Array(from[..<left.startIndex]), key: key)
    }

    private static func item(_ bytes: ArraySlice<UInt8>) throws(PasskeyFault) -> (CBOR, ArraySlice<UInt8>) {
        do { return try CBOR.readPrefix(bytes) } catch { throw .malformed }
    }
}
