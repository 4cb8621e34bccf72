import Auth
import Crypto
import Models
import Postgres
import Web

/// A person's second factor: an authenticator app, and codes for when it is lost.
struct SecondFactorRoutes: Sendable {
    let database: Database
    let factors: SecondFactors
    let mail: MailQueue

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.SecondFactor> {
        let (user, tenant) = (try context.user.userID, context.tenant)
        let store = SecondFactorStore(rows: context.database(database))
        let factor = try await store.find(of: user, in: tenant)
        return OK(
            TenancyAPI.SecondFactor(
                isEnabled: factor?.confirmedAt != nil, since: factor?.confirmedAt,
                recoveryCodesLeft: try await store.countCodes(of: user, in: tenant)))
    }

    func begin(_ context: RequestContext) async throws -> OK<TenancyAPI.SecondFactorSecret> {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let user = try await person(context)
        let password = try await factors.life(rows).begin(of: user)
        let tenant = try await TenantStore(rows: rows).find(context.tenant)
        return OK(
            TenancyAPI.SecondFactorSecret(
                secret: password.secretText,
                uri: password.uri(issuer: tenant?.name ?? "Switchboard", account: user.email))
        ).with(header: "Cache-Control", "no-store")
    }

    func confirm(
        _ context: RequestContext, _ body: Body<TenancyAPI.ConfirmSecondFactor>
    ) async throws -> OK<TenancyAPI.RecoveryCodes> {
        let codes = try await factors.life(context.database(database)).confirm(
            body.value.code, of: try await person(context), mail: mail, origin: try context.origin())
        return OK(TenancyAPI.RecoveryCodes(codes: codes)).with(header: "Cache-Control", "no-store")
    }

    func renewCodes(_ context: RequestContext) async throws -> OK<TenancyAPI.RecoveryCodes> {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let codes = try await factors.life(rows).renewCodes(
            of: try await person(context), origin: try context.origin())
        return OK(TenancyAPI.RecoveryCodes(codes: codes)).with(header: "Cache-Control", "no-store")
    }

    func remove(_ context: RequestContext) async throws -> NoContent {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        guard
            try await factors.life(rows).remove(
                of: try await person(context), mail: mail, origin: try context.origin())
        else { throw Failure(.notFound) }
        return NoContent()
    }

    /// For a person who has lost app and codes; they are told by mail.
    func removeOfUser(_ context: RequestContext, _ path: PathID<UserID>) async throws -> NoContent {
        let rows = context.database(database)
        guard let user = try await UserStore(rows: rows).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        // An admin must not open the way into an owner's account.
        if user.role == .owner, try context.user.role != .owner { throw Failure(.forbidden) }
        try await RecentSignIn.checkPerson(context, rows)
        guard try await factors.life(rows).remove(of: user, mail: mail, origin: try context.origin()) else {
            throw Failure(.notFound)
        }
        return NoContent()
    }

    private func person(_ context: RequestContext) async throws -> User {
        let found = try await UserStore(rows: context.database(database)).find(
            try context.user.userID, in: context.tenant)
        guard let found else { throw Failure(.invalidToken) }
        return found
    }
}

/// Opens second factors with the process's keys.
struct SecondFactors: Sendable {
    /// Nil where routes are only described.
    let secrets: SecretBox?

    func life(_ database: TenantDatabase) throws(Failure) -> SecondFactorLifeStore {
        guard let secrets else { throw Failure(.internal) }
        return SecondFactorLifeStore(database: database, secrets: secrets)
    }
}
