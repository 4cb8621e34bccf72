import Crypto
import Models

/// An erasure as it is remembered outside of the database, so that a database of before it does not bring anybody back.
///
/// Whom it was about is told by digests under a key alone: who was erased is known again when they turn up, and not
/// otherwise.
struct JournalEntry: Codable, Sendable, Hashable {
    var id: ErasureID
    /// In whose log the erasure stands.
    var owner: TenantID
    var kind: ErasureKind
    var erasedTenant: TenantID
    var requestedAt: Timestamp
    /// Which of `ENCRYPTION_KEYS` the digests' key was made of.
    var keyID: String
    /// In hexadecimal; none when a tenant goes.
    var digests: [String]

    init(_ erasure: Erasure, _ target: ErasureTarget, _ secrets: SecretBox) {
        id = erasure.id
        owner = erasure.owner
        kind = erasure.kind
        erasedTenant = erasure.erasedTenant
        requestedAt = erasure.requestedAt
        keyID = secrets.currentKeyID
        let key = PersonDigests.key(of: secrets, id: keyID) ?? []
        let numbers = target.phoneNumbers.flatMap { [$0.number, $0.national] }.map { $0.filter(\.isASCIIDigit) }
        let digests = Set(numbers + target.emails).map { PersonDigests.digest($0, of: erasure.erasedTenant, key) }
        self.digests = kind == .person ? digests.sorted() : []
    }
}

/// What a number or an address becomes that nobody is to read.
enum PersonDigests {
    static func key(of secrets: SecretBox, id: String) -> [UInt8]? {
        secrets.derivedKey(for: "journal of erasures", of: id)
    }

    /// The same person has other digests in another tenant.
    static func digest(_ text: String, of tenant: TenantID, _ key: [UInt8]) -> String {
        Hex.encode(HMAC.sha256(Array("\(tenant)|\(text)".utf8), key: key))
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
