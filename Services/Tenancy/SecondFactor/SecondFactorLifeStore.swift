import Crypto
import Models
import Postgres

/// Beginning, using and ending second factors: each deed is one transaction with its letter and its audit row.
struct SecondFactorLifeStore {
    let database: TenantDatabase
    let secrets: SecretBox

    /// The secret for the person's app; 409 when they have one in use.
    func begin(of user: User) async throws -> OneTimePassword {
        let secret = SecureRandom.bytes(OneTimePassword.secretSize)
        let sealed = try secrets.seal(secret, at: SecondFactor.place(of: user.id, in: user.tenantID))
        guard try await SecondFactorStore(rows: database).begin(secret: sealed, of: user.id, in: user.tenantID) else {
            throw Failure(.conflict, "There is a second factor already; remove it first.")
        }
        return OneTimePassword(secret: secret)
    }

    /// Puts the factor to use once its app has shown a right password; the codes for when it is lost.
    func confirm(_ password: String, of user: User, mail: MailQueue, origin: Origin) async throws -> [String] {
        let codes = SecondFactor.makeRecoveryCodes()
        let tenant = user.tenantID
        try await database.transaction { rows in
            let store = SecondFactorStore(rows: rows)
            guard let factor = try await store.find(of: user.id, in: tenant), factor.confirmedAt == nil else {
                throw Failure(.conflict, "There is no second factor to confirm.")
            }
            guard try await usePassword(password, factor, user.id, store, in: tenant) else {
                throw Failure(.invalidSecondFactor)
            }
            try await store.replaceCodes(codes.map(SecondFactor.digest(ofCode:)), of: user.id, in: tenant)
            try await tell("added", user, mail, .secondFactorAdded, origin, rows)
        }
        return codes
    }

    /// Other codes in place of those before.
    func renewCodes(of user: User, origin: Origin) async throws -> [String] {
        let codes = SecondFactor.makeRecoveryCodes()
        try await database.transaction { rows in
            let store = SecondFactorStore(rows: rows)
            guard try await store.find(of: user.id, in: user.tenantID)?.confirmedAt != nil else {
                throw Failure(.notFound)
            }
            try await store.replaceCodes(codes.map(SecondFactor.digest(ofCode:)), of: user.id, in: user.tenantID)
            try await AuditStore(rows: rows).append(
                origin.entry(.recoveryCodesRenewed, "user/\(user.id)"), in: user.tenantID)
        }
        return codes
    }

    /// False when there was none.
    func remove(of user: User, mail: MailQueue, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            guard try await SecondFactorStore(rows: rows).remove(of: user.id, in: user.tenantID) else { return false }
            try await tell("removed", user, mail, .secondFactorRemoved, origin, rows)
            return true
        }
    }

    /// Whether the text is the person's one-time password or a recovery code; true as well for whoever has no factor.
    ///
    /// Either counts once. Nil when a factor is in use and no text was shown.
    func accepts(_ text: String?, of user: UserID, in tenant: TenantID) async throws -> Bool? {
        let store = SecondFactorStore(rows: database)
        guard let factor = try await store.find(of: user, in: tenant), factor.confirmedAt != nil else { return true }
        guard let text else { return nil }
        if SecondFactor.isOneTimePassword(text) { return try await usePassword(text, factor, user, store, in: tenant) }
        return try await store.use(codeDigest: SecondFactor.digest(ofCode: text), of: user, in: tenant)
    }

    private func usePassword(
        _ password: String, _ factor: SecondFactor, _ user: UserID, _ store: SecondFactorStore, in tenant: TenantID
    ) async throws -> Bool {
        let secret = try secrets.open(factor.secret, at: SecondFactor.place(of: user, in: tenant))
        let seconds = Timestamp.now().seconds
        guard let step = OneTimePassword(secret: secret).step(of: password, at: seconds, after: factor.lastStep) else {
            return false
        }
        return try await store.use(step: step, of: user, in: tenant)
    }

    private func tell(
        _ change: String, _ user: User, _ mail: MailQueue, _ action: AuditEntry.Action, _ origin: Origin,
        _ rows: Transaction
    ) async throws {
        let tenant = try await TenantStore(rows: rows).find(user.tenantID)
        try await mail.send(try .about(.secondFactorChanged, user, tenant, ["change": change]), in: rows)
        try await AuditStore(rows: rows).append(origin.entry(action, "user/\(user.id)"), in: user.tenantID)
    }
}
