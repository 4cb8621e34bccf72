import JSON
import Models

/// Who did what, to be written in the transaction of the deed.
struct AuditEntry: Sendable {
    /// Who acted.
    enum Actor: Sendable, Hashable {
        case user(UserID, impersonator: UserID?)
        case apiKey(APIKeyID)
        case service(ServiceName)
        /// A command on the server.
        case `operator`
        case anonymous
    }

    /// What was done; a word of the API, never renamed.
    enum Action: String, Sendable, CaseIterable {
        case tenantCreated = "tenant.created"
        case tenantSuspended = "tenant.suspended"
        case tenantResumed = "tenant.resumed"
        case tenantUpdated = "tenant.updated"
        case tenantDeleted = "tenant.deleted"
        case tenantRestored = "tenant.restored"
        case tenantRenamed = "tenant.renamed"
        case domainAdded = "domain.added"
        case domainVerified = "domain.verified"
        case domainLapsed = "domain.lapsed"
        case domainRemoved = "domain.removed"
        case featuresSwitched = "features.switched"
        case settingsChanged = "settings.changed"
        case areasSet = "super_admin.areas_set"
        case superAdminRemoved = "super_admin.removed"
        case setupRequested = "setup_request.confirmed"
        case setupRefused = "setup_request.refused"
        case impersonationCreated = "impersonation.created"
        case impersonationBegun = "impersonation.begun"
        case entitlementsSet = "entitlements.set"
        case originsSet = "origins.set"
        case invitationCreated = "invitation.created"
        case invitationAccepted = "invitation.accepted"
        case invitationRevoked = "invitation.revoked"
        case invitationSent = "invitation.sent_again"
        case userSignedIn = "user.signed_in"
        case userSignedOut = "user.signed_out"
        case userLocked = "user.locked"
        case refreshTokenReused = "refresh_token.reused"
        case userCreated = "user.created"
        case userUpdated = "user.updated"
        case userRoleChanged = "user.role_changed"
        case ownershipTransferred = "user.ownership_transferred"
        case userDeactivated = "user.deactivated"
        case userReactivated = "user.reactivated"
        case userDeleted = "user.deleted"
        case userRestored = "user.restored"
        case notificationsSet = "user.notifications_set"
        case emailChangeRequested = "email.change_requested"
        case emailChangeWithdrawn = "email.change_withdrawn"
        case emailChanged = "email.changed"
        case emailVerified = "email.verified"
        case passwordLinkMade = "password.link_made"
        case passwordResetStarted = "password.reset_started"
        case passwordReset = "password.reset"
        case passwordChanged = "password.changed"
        case secondFactorAdded = "second_factor.added"
        case secondFactorRemoved = "second_factor.removed"
        case recoveryCodesRenewed = "second_factor.codes_renewed"
        case passkeyAdded = "passkey.added"
        case passkeyRenamed = "passkey.renamed"
        case passkeyRemoved = "passkey.removed"
        case passkeyRefused = "passkey.refused"
        case singleSignOnSet = "single_sign_on.set"
        case singleSignOnRemoved = "single_sign_on.removed"
        case singleSignOnLinked = "single_sign_on.linked"
        case singleSignOnUnlinked = "single_sign_on.unlinked"
        case singleSignOnRefused = "single_sign_on.refused"
        case sessionsEnded = "sessions.ended"
        case apiKeyCreated = "api_key.created"
        case apiKeyUpdated = "api_key.updated"
        case apiKeyReplaced = "api_key.replaced"
        case apiKeyRevoked = "api_key.revoked"
        case connectionCreated = "connection.created"
        case connectionUpdated = "connection.updated"
        case connectionSecretRotated = "connection.secret_rotated"
        case connectionRemoved = "connection.removed"
        case erasureRequested = "erasure.requested"
        case erasureDone = "erasure.done"
        case tenantErased = "tenant.erased"
        case onboardingStepSettled = "onboarding.step_settled"
        case onboardingCompleted = "onboarding.completed"
        case signingKeyCreated = "signing_key.created"
        case signingKeyWithdrawn = "signing_key.withdrawn"
        case secretsResealed = "secrets.resealed"
        case serviceAccountCreated = "service_account.created"
        case serviceAccountUpdated = "service_account.updated"
        case serviceAccountDisabled = "service_account.disabled"
        case serviceAccountEnabled = "service_account.enabled"
        case auditExported = "audit.exported"
        case exportRequested = "export.requested"
        case exportDownloaded = "export.downloaded"
        case callsExported = "calls.exported"
        case recordingDownloaded = "recording.downloaded"
        case contactsExported = "contacts.exported"
        case volumeUnusual = "volume.unusual"
        case supportRequested = "support.requested"
        case supportApproved = "support.approved"
        case supportRefused = "support.refused"
        case noticeMade = "notice.made"
        case noticeRemoved = "notice.removed"
        case bulkBegun = "bulk.begun"
        case bulkUndone = "bulk.undone"
    }

    var actor: Actor
    /// One of `Action`, or what another service has told.
    var action: String
    /// `tenant/<id>` and the like.
    var subject: String
    var requestID: String?
    /// The client's address; erasable.
    var address: String?
    var before: JSONText?
    var after: JSONText?
}

/// Who asks and from where: what a route knows and an audit row needs.
struct Origin: Sendable {
    var actor: AuditEntry.Actor
    var requestID: String?
    var address: String?

    /// The entry of a deed of this origin.
    func entry(_ action: AuditEntry.Action, _ subject: String, before: JSONText? = nil, after: JSONText? = nil)
        -> AuditEntry
    {
        self.entry(action.rawValue, subject, before: before, after: after)
    }

    /// The same of a deed in another service, which has words of its own.
    func entry(_ action: String, _ subject: String, before: JSONText? = nil, after: JSONText? = nil) -> AuditEntry {
        AuditEntry(
            actor: actor, action: action, subject: subject, requestID: requestID, address: address, before: before,
            after: after)
    }
}
