/// Why a sign-in at the company's provider has led nowhere; the word is shown to the person and stands in the audit log.
enum SingleSignOnFault: String, Error, Sendable, CaseIterable {
    /// There is no configuration, it is switched off, or the plan does not have it.
    case unavailable
    /// The state is unknown, used, over, or of another browser.
    case expired
    /// The person said no, or the provider did.
    case denied
    /// The provider cannot be reached or answers what cannot be understood.
    case providerFailed = "provider_failed"
    /// The provider does not take our client or its secret.
    case clientRefused = "client_refused"
    /// The token is not what it has to be.
    case tokenRefused = "token_refused"
    case emailUnverified = "email_unverified"
    case wrongDomain = "wrong_domain"
    case noRole = "no_role"
    /// Nobody has invited the person, and accounts are not made.
    case notInvited = "not_invited"
    /// The address belongs to somebody who signs in with another account of the provider.
    case linkedElsewhere = "linked_elsewhere"
    case deactivated
    case suspended
    case noSeat = "no_seat"
}
