/// How a person has shown who they are; a word of sessions' rows and of the audit log.
enum SignInMethod: String, Sendable {
    case password, passkey
    case singleSignOn = "single_sign_on"
}
