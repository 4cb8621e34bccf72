import Models

/// A person within one tenant.
struct User: Sendable {
    var id: UserID
    var tenantID: TenantID
    var email: String
    var name: String
    var role: Role
    var status: UserStatus
    /// Grows with each change of role, status or password; tokens that carry a lower one are void.
    var version: Int64
    var language: String?
    var timeZone: String?
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var lastSignInAt: Timestamp?
    /// What a super admin may work in; nil for all of the platform.
    var areas: [PlatformArea]?
    /// Grows with each change that is shown: the ETag.
    var revision: Int64
    /// E.164.
    var phone: String?
    var emailVerifiedAt: Timestamp?
    var territory: [String]
    var skills: [String]
    var languages: [String]
    var deactivatedAt: Timestamp?
    /// In the bin since then.
    var deletedAt: Timestamp?
}

/// A user with what signing in needs.
struct Credentials: Sendable {
    var user: User
    /// A PHC string of Argon2id, or an imported bcrypt hash; nil before the first password.
    var passwordHash: String?
}
