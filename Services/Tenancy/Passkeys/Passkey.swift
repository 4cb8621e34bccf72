import Crypto
import FoundationEssentials
import Models

/// A person's passkey as it is stored.
struct Passkey: Sendable {
    /// How many a person may have.
    static let most = 20

    var id: PasskeyID
    var userID: UserID
    var credentialID: [UInt8]
    /// COSE.
    var publicKey: [UInt8]
    var signCount: Int64
    /// May be copied to the person's other devices by whoever makes them; fixed when the passkey is made.
    var isBackupEligible: Bool
    var isBackedUp: Bool
    var name: String
    var transports: [String]
    var createdAt: Timestamp
    var lastUsedAt: Timestamp?
}

/// A passkey that a browser has just made, checked.
struct MadePasskey: Sendable {
    var credentialID: [UInt8]
    var publicKey: [UInt8]
    var signCount: Int64
    var isBackupEligible: Bool
    var isBackedUp: Bool

    private static let longestAttestation = 32_768

    /// Web Authentication, 7.1, but for the challenge, which has been used up already.
    ///
    /// `none` is asked for. What a device says of itself beyond that is neither checked nor believed: any device may be used.
    init(_ client: BrowserReport, attestation bytes: [UInt8], at party: RelyingParty) throws(PasskeyFault) {
        guard bytes.count <= Self.longestAttestation else { throw .malformed }
        let object = try Self.read(bytes)
        guard let format = object["fmt"]?.string, let statement = object["attStmt"]?.pairs,
            let data = object["authData"]?.data
        else { throw .malformed }
        guard format != "none" || statement.isEmpty else { throw .unexpectedAttestation }
        let authenticator = try AuthenticatorReport(data)
        try party.check(client, authenticator, kind: .create)
        guard let credential = authenticator.credential else { throw .malformed }
        credentialID = credential.id
        publicKey = credential.publicKey
        signCount = Int64(authenticator.signCount)
        isBackupEligible = authenticator.flags.contains(.backupEligible)
        isBackedUp = authenticator.flags.contains(.backedUp)
    }

    private static func read(_ bytes: [UInt8]) throws(PasskeyFault) -> CBOR {
        do { return try CBOR.read(bytes) } catch { throw .malformed }
    }
}

/// What a browser shows of a passkey to prove who somebody is.
struct PasskeyAssertion: Sendable {
    var client: BrowserReport
    var authenticatorBytes: [UInt8]
    var signature: [UInt8]
    var userHandle: [UInt8]

    /// Web Authentication, 7.2, but for the challenge, which has been used up already; the counter and where copies are,
    /// to be kept.
    func check(_ passkey: Passkey, at party: RelyingParty) throws(PasskeyFault) -> (signCount: Int64, isBackedUp: Bool)
    {
        guard ConstantTime.areEqual(userHandle, passkey.userID.bytes) else { throw .wrongUser }
        let authenticator = try AuthenticatorReport(authenticatorBytes)
        try party.check(client, authenticator, kind: .get)
        guard authenticator.flags.contains(.backupEligible) == passkey.isBackupEligible else {
            throw .inconsistentBackup
        }
        guard let key = PasskeyKey.read(passkey.publicKey) else { throw .unsupportedKey }
        guard key.isValid(signature, for: authenticatorBytes + client.digest, encoding: .der) else {
            throw .wrongSignature
        }
        let count = Int64(authenticator.signCount)
        // Authenticators without a counter say zero for ever.
        guard count > passkey.signCount || count == 0 && passkey.signCount == 0 else { throw .counterRegressed }
        return (count, authenticator.flags.contains(.backedUp))
    }
}

extension UserID {
    /// The user's handle on authenticators: tells nothing of the person.
    var bytes: [UInt8] { withUnsafeBytes(of: uuid.uuid) { Array($0) } }
}
