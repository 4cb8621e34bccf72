import Telemetry

/// The place of a sealed value; a value that is copied to another tenant, column or row does not open there.
package struct SecretPlace: Sendable {
    let additionalData: [UInt8]

    /// Names the column and the row; neither id may contain `|`, or two places could be written alike.
    package init(tenant: String, table: StaticString, column: StaticString, row: String) {
        precondition(!tenant.contains("|") && !row.contains("|"), "an id contains the separator")
        additionalData = Array("\(tenant)|\(table)|\(column)|\(row)".utf8)
    }
}

/// Seals secrets for the database with AES-256-GCM.
///
/// Layout, version 1: the version byte, one byte with the length of the key's id, the id, 12 random bytes, the
/// ciphertext, the tag of 16 bytes. The 12 bytes are random, so one key must seal at most 2^32 values (NIST SP 800-38D
/// section 8.3): a key that is replaced once a year stays far below.
package struct SecretBox: Sendable {
    private static let version: UInt8 = 1
    private static let nonceSize = 12
    private static let tagSize = 16
    /// The longest value that is sealed; credentials and keys are a thousand times shorter.
    package static let longestValue = 1 << 20

    private let keys: EncryptionKeys

    /// A box with the process's keys.
    package init(keys: EncryptionKeys) {
        self.keys = keys
    }

    /// Seals a value for its place with the current key.
    package func seal(_ value: [UInt8], at place: SecretPlace) throws(CryptoError) -> [UInt8] {
        guard value.count <= Self.longestValue else { throw .limitExceeded }
        let nonce = SecureRandom.bytes(Self.nonceSize)
        let id = Array(keys.current.id.utf8)
        let sealed = try AESGCM.seal(
            value, key: keys.current.key.reveal(), nonce: nonce, additionalData: place.additionalData)
        return [Self.version, UInt8(id.count)] + id + nonce + sealed
    }

    /// Seals a text's UTF-8.
    package func seal(_ text: String, at place: SecretPlace) throws(CryptoError) -> [UInt8] {
        try seal(Array(text.utf8), at: place)
    }

    /// The value, if nobody changed it and this is its place.
    package func open(_ sealed: [UInt8], at place: SecretPlace) throws(CryptoError) -> [UInt8] {
        let (id, body) = try Self.split(sealed)
        guard let key = keys.key(id) else { throw .unknownKey(id: id) }
        return try AESGCM.open(
            Array(body.dropFirst(Self.nonceSize)), key: key, nonce: Array(body.prefix(Self.nonceSize)),
            additionalData: place.additionalData)
    }

    /// The text of what was sealed as text.
    package func openText(_ sealed: [UInt8], at place: SecretPlace) throws(CryptoError) -> String {
        guard let text = String(validating: try open(sealed, at: place), as: UTF8.self) else { throw .invalidEncoding }
        return text
    }

    /// Key material for another purpose than sealing: the same wherever the current key is the same.
    package func derivedKey(for purpose: StaticString) -> [UInt8] {
        HKDF.sha256(keys.current.key.reveal(), info: Array(purpose.description.utf8))
    }

    /// The id of the key that seals.
    package var currentKeyID: String { keys.current.id }

    /// The same of the key of an id; nil when that key is not there any more.
    package func derivedKey(for purpose: StaticString, of id: String) -> [UInt8]? {
        keys.key(id).map { HKDF.sha256($0, info: Array(purpose.description.utf8)) }
    }

    /// How everything begins that the current key seals, and nothing that another has sealed.
    package var currentHeader: [UInt8] {
        let id = Array(keys.current.id.utf8)
        return [Self.version, UInt8(id.count)] + id
    }

    /// Whether the value was sealed with another key than the current one, and should be sealed anew.
    package func isOutdated(_ sealed: [UInt8]) throws(CryptoError) -> Bool {
        try Self.split(sealed).id != keys.current.id
    }

    private static func split(_ sealed: [UInt8]) throws(CryptoError) -> (id: String, body: ArraySlice<UInt8>) {
        guard sealed.count >= 2, sealed[0] == version else { throw .invalidEncoding }
        let length = Int(sealed[1])
        guard (1...EncryptionKeys.longestID).contains(length),
            (0...longestValue).contains(sealed.count - 2 - length - nonceSize - tagSize)
        else { throw .invalidEncoding }
        let rest = sealed.dropFirst(2)
        guard let id = String(validating: rest.prefix(length), as: UTF8.self) else { throw .invalidEncoding }
        return (id, rest.dropFirst(length))
    }
}
