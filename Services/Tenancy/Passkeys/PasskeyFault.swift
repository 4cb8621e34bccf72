/// Why a passkey's answer was not accepted; said to a person who registers one, and to nobody who signs in with one.
enum PasskeyFault: Error, Equatable {
    case malformed
    case wrongKind
    case wrongOrigin
    case framed
    case wrongSite
    case userAbsent
    case userNotVerified
    case inconsistentBackup
    case unsupportedKey
    case unexpectedAttestation
    case wrongUser
    case wrongSignature
    /// The counter stood still or went back: there may be two of the authenticator.
    case counterRegressed

    var detail: String {
        switch self {
        case .malformed: "The passkey's answer cannot be read."
        case .wrongKind: "The passkey was asked for something else."
        case .wrongOrigin: "The passkey was asked by a page of another address."
        case .framed: "The passkey was asked by a page inside another one."
        case .wrongSite: "The passkey belongs to another host."
        case .userAbsent: "Nobody was there to confirm."
        case .userNotVerified: "The device has to ask for a PIN, a fingerprint or a face."
        case .inconsistentBackup: "The passkey contradicts itself about its copies."
        case .unsupportedKey: "The passkey's algorithm is none of EdDSA, ES256 and RS256."
        case .unexpectedAttestation: "The passkey vouches for its device in a way that cannot be read."
        case .wrongUser: "The passkey belongs to somebody else."
        case .wrongSignature: "The passkey's signature is wrong."
        case .counterRegressed: "The passkey may have been copied."
        }
    }
}
