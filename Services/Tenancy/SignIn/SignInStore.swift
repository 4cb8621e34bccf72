import JSON
import Models
import Postgres

/// Signing in and out: each deed is one transaction with its change and its audit row.
struct SignInStore {
    /// What showing a refresh token led to.
    enum Refreshed: Sendable {
        /// An access token for the session, with the new refresh token unless the grace gives none.
        case renewed(User, SessionID, hasSuccessor: Bool)
        case refused
        /// The token was used again: the family has ended.
        case reused
        /// The tenant is suspended and the user is no owner; the token has not been used up.
        case suspended
    }

    /// How many sessions a person has at most; the one that was used longest ago makes room.
    static let mostSessions = 50

    let database: TenantDatabase

    /// Opens a session for a user who has shown who they are; `alongside` runs first in the transaction.
    ///
    /// 429 when other attempts have locked the subject meanwhile: of many guesses at once none may slip through. 401
    /// when the user has changed since the password was read, so that a reset leaves no session of the old password.
    func open(
        _ session: SessionID, of user: User, by method: SignInMethod = .password, digest: [UInt8], subject: [UInt8],
        expiresAt: Timestamp, device: Device, origin: Origin,
        authenticatedAt: Int64? = nil, alongside: (Transaction) async throws -> Void = { _ in }
    ) async throws {
        try await database.transaction { rows in
            try await alongside(rows)
            let attempts = AttemptStore(rows: rows)
            try await attempts.check(subject: subject, in: user.tenantID)
            guard try await UserStore(rows: rows).noteSignIn(of: user.id, version: user.version, in: user.tenantID)
            else { throw Failure(.invalidCredentials) }
            try await SessionStore(rows: rows).open(
                session, of: user.id, digest: digest, expiresAt: expiresAt, device: device, by: method,
                authenticatedAt: authenticatedAt,
                in: user.tenantID)
            let ended = try await SessionStore(rows: rows).revokeBeyond(
                Self.mostSessions, of: user.id, in: user.tenantID)
            try await ChangeStore.appendRevoked(ended, tenant: user.tenantID, in: rows)
            try await attempts.forget(subject: subject, in: user.tenantID)
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .userSignedIn, "user/\(user.id)", after: try JSONText(encoding: ["method": method.rawValue])),
                in: user.tenantID)
        }
    }

    /// Counts a failed sign-in; 429 when the subject was locked meanwhile, as a right password would get too.
    func noteFailure(subject: [UInt8], origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            let attempts = AttemptStore(rows: rows)
            guard let failures = try await attempts.noteFailure(subject: subject, in: tenant) else {
                return try await attempts.check(subject: subject, in: tenant)
            }
            guard failures > Lockout.free else { return }
            try await AuditStore(rows: rows).append(origin.entry(.userLocked, "sign_in"), in: tenant)
        }
    }

    /// Takes a refresh token and gives it a successor, or ends its family when it was shown too late.
    func refresh(
        digest: [UInt8], successor: [UInt8], expiresAt: Timestamp, idle: Duration, isSuspended: Bool,
        origin: Origin, in tenant: TenantID
    ) async throws -> Refreshed {
        let renewal = RenewalStore(rows: database)
        let renewed = try await renewal.renew(
            digest: digest, successor: successor, expiresAt: expiresAt, idle: idle, isSuspended: isSuspended, in: tenant
        )
        // Whatever is not plain is looked at in a transaction of its own.
        if let renewed { return .renewed(renewed.user, renewed.session, hasSuccessor: true) }
        return try await database.transaction { rows in
            let sessions = SessionStore(rows: rows)
            guard let token = try await sessions.lock(digest: digest, idle: idle, in: tenant) else { return .refused }
            let verdict = token.verdict
            switch verdict {
            case .refuse: return .refused
            case .revokeFamily:
                try await end(token.sessionID, of: token.userID, .refreshTokenReused, rows, origin, in: tenant)
                return .reused
            case .rotate, .accessOnly:
                guard let user = try await UserStore(rows: rows).find(token.userID, in: tenant), user.status == .active
                else { return .refused }
                if isSuspended, user.role != .owner { return .suspended }
                if verdict == .rotate {
                    try await sessions.rotate(
                        digest: digest, to: successor, session: token.sessionID, expiresAt: expiresAt, in: tenant)
                }
                return .renewed(user, token.sessionID, hasSuccessor: verdict == .rotate)
            }
        }
    }

    /// Ends a session: its tokens are void everywhere as soon as the change has spread.
    func signOut(_ session: SessionID, of user: UserID, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            try await end(session, of: user, .userSignedOut, rows, origin, in: tenant)
        }
    }

    private func end(
        _ session: SessionID, of user: UserID, _ action: AuditEntry.Action, _ rows: Transaction, _ origin: Origin,
        in tenant: TenantID
    ) async throws {
        guard try await SessionStore(rows: rows).revoke(session, of: user, in: tenant) else { return }
        try await AuditStore(rows: rows).append(origin.entry(action, "user/\(user)"), in: tenant)
        try await ChangeStore.appendRevoked([session], tenant: tenant, in: rows)
    }
}
