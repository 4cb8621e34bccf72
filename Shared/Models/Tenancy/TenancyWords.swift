/// Where a tenant is in its life.
package enum TenantStatus: String, Codable, CaseIterable, Sendable {
    case active, suspended, deleted
}

/// What an agent sees of the organisation's rows.
package enum Visibility: String, Codable, CaseIterable, Sendable {
    case own, organisation
}

/// The phone system named at onboarding; connections say what is really used.
package enum PhoneSystem: String, Codable, CaseIterable, Sendable {
    case generic, retell, vapi, signalwire, twilio, clouducm, threecx, freepbx, asterisk, none
    case grandstreamUCM = "grandstream_ucm"
}

/// Whether a user can sign in.
package enum UserStatus: String, Codable, CaseIterable, Sendable {
    case active, deactivated
}

/// How a person has shown who they are; a word of sessions' rows and of the audit log.
package enum SignInMethod: String, Codable, CaseIterable, Sendable {
    case password, passkey
    case singleSignOn = "single_sign_on"
    /// A super admin acts in the person's place.
    case impersonation
}

/// What keeps a session going.
package enum SessionClient: String, Codable, CaseIterable, Sendable {
    /// The refresh token is a browser's cookie.
    case browser
    /// The refresh token was handed out, to a program or an app.
    case api
}

/// Where an invitation is.
package enum InvitationStatus: String, Codable, CaseIterable, Sendable {
    /// Its link works.
    case pending
    case accepted, revoked, expired
}

/// What has become of the letter of an invitation.
package enum LetterStatus: String, Codable, CaseIterable, Sendable {
    /// The link was only shown, to be handed over.
    case none
    /// It has not been handed to the mail service yet.
    case waiting
    case sent
    /// It was given up; send the invitation again.
    case failed
}

/// How a link reaches the person.
package enum LinkDelivery: String, Codable, CaseIterable, Sendable {
    case mail
    /// It is shown once, to be handed over where mail is not set up.
    case link
}

/// Where a company's request for an account is.
package enum SetupRequestStatus: String, Codable, CaseIterable, Sendable {
    /// The address has not been confirmed.
    case unconfirmed
    case open, approved, refused
}

/// Whether a key works on live rows or in the sandbox.
package enum KeyMode: String, Codable, CaseIterable, Sendable {
    case live, test
}

/// Where a tenant's own domain is.
package enum DomainState: String, Codable, CaseIterable, Sendable {
    case pending, verified
    /// Its record was gone for too long; verifying it again brings it back.
    case lapsed
}

/// What the last look at a domain has found to be wrong.
package enum DomainFault: String, Codable, CaseIterable, Sendable {
    case recordMissing = "record_missing"
    case recordDiffers = "record_differs"
    /// No server of the DNS has answered.
    case unreachable
    /// Another account has verified it.
    case taken
}
