import Models

/// A letter of tenancy to one person, before it is put into words.
struct Letter: Sendable {
    /// Why somebody is written to; the names of texts and of what messaging logs.
    enum Kind: String, Codable, CaseIterable, Sendable {
        case invitation
        case passwordReset = "password_reset"
        case passwordChanged = "password_changed"
        case emailVerification = "email_verification"
        case emailChangeRequested = "email_change_requested"
        case emailChanged = "email_changed"
        case ownershipTransferred = "ownership_transferred"
        case secondFactorChanged = "second_factor_changed"
        case passkeyChanged = "passkey_changed"
        case setupConfirmation = "setup_confirmation"
        case setupReceived = "setup_received"
        case setupApproved = "setup_approved"
        case setupRefused = "setup_refused"
        case tenantDeletion = "tenant_deletion"
        case domainFailing = "domain_failing"
        case domainLapsed = "domain_lapsed"
        case exportReady = "export_ready"
        case findMyTenant = "find_my_tenant"
        case unusualVolume = "unusual_volume"
        case mailTest = "mail_test"
        case supportRequested = "support_requested"
    }

    var kind: Kind
    var to: EmailAddress
    var toName: String?
    /// A language of `LetterTexts`; another one is answered in English.
    var language: String
    /// What the texts name in braces, such as `tenant` or `inviter`.
    var values: [String: String] = [:]
    /// The link of its button; sealed until it is sent, since it may carry a token.
    var url: String?
}
