import Auth
import Crypto
import JSON
import Models
import Postgres
import Web

/// A tenant's provider, as its owner sets it up.
struct SingleSignOnRoutes: Sendable {
    let database: Database
    let sites: RelyingPartyService
    let providers: IdentityProviderClient
    /// Nil where routes are only described.
    let secrets: SecretBox?

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.SingleSignOn> {
        let settings = try await find(context)
        return OK(try await wire(settings, context), version: settings.version)
    }

    func put(
        _ context: RequestContext, _ match: OptionalIfMatch, _ body: Body<TenancyAPI.SetSingleSignOn>
    ) async throws -> OK<TenancyAPI.SingleSignOn> {
        let rows = context.database(database)
        try await checkFeature(rows, context)
        try await RecentSignIn.check(context, rows)
        let wanted = body.value
        try wanted.check()
        let set = try await SingleSignOnLifeStore(database: rows).set(
            wanted, secret: try sealed(wanted.clientSecret, context), version: match.version,
            origin: try context.origin(), in: context.tenant)
        guard let set else { throw Failure(.preconditionFailed) }
        return OK(try await wire(set, context), version: set.version)
    }

    func remove(_ context: RequestContext, _ match: IfMatch) async throws -> NoContent {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let removed = try await SingleSignOnLifeStore(database: rows).remove(
            version: match.version, origin: try context.origin(), in: context.tenant)
        guard let removed else { throw Failure(.notFound) }
        guard removed else { throw Failure(.preconditionFailed) }
        return NoContent()
    }

    /// Asks the provider everything that can be asked without a person, with nothing kept from before.
    func check(_ context: RequestContext) async throws -> OK<TenancyAPI.SingleSignOnCheck> {
        let settings = try await find(context)
        let redirectURL = try await sites.site(of: context).redirectURL
        let client = try settings.client(secrets)
        var results: [TenancyAPI.SingleSignOnCheck.Result] = []
        var step = TenancyAPI.SingleSignOnCheck.Step.discovery
        do {
            let provider = try await providers.metadata(of: settings.issuer, isFresh: true)
            results.append(.init(step: step, isRight: true, detail: "The provider says what it is."))
            step = .keys
            let keys = try await providers.keys(at: provider.keysURL, isFresh: true)
            guard !keys.entries.isEmpty else {
                throw ProviderError.failed("There is no key of RS256, ES256 or EdDSA.")
            }
            results.append(.init(step: step, isRight: true, detail: "\(keys.entries.count) keys can be used."))
            step = .client
            try await providers.check(client, redirectURL: redirectURL, at: provider)
            results.append(.init(step: step, isRight: true, detail: "The provider takes the client."))
        } catch let error as ProviderError {
            results.append(.init(step: step, isRight: false, detail: error.detail))
        }
        return OK(TenancyAPI.SingleSignOnCheck(isRight: results.allSatisfy(\.isRight), results: results))
    }

    /// For a person whose account at the provider was made anew.
    func unlink(_ context: RequestContext, _ path: PathID<UserID>) async throws -> NoContent {
        let rows = context.database(database)
        guard let user = try await UserStore(rows: rows).find(path.id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        // Else an admin could have an owner's address linked to an account of their own.
        try UserRules.check(try context.caller, over: user.role)
        try await RecentSignIn.checkPerson(context, rows)
        let unlinked = try await SingleSignOnLifeStore(database: rows).unlink(
            user.id, origin: try context.origin(), in: context.tenant)
        guard unlinked else { throw Failure(.notFound) }
        return NoContent()
    }

    private func find(_ context: RequestContext) async throws -> SingleSignOn {
        guard let found = try await SingleSignOnStore(rows: context.database(database)).find(in: context.tenant) else {
            throw Failure(.notFound)
        }
        return found
    }

    private func checkFeature(_ rows: TenantDatabase, _ context: RequestContext) async throws {
        let entitlements = try await TenantStore(rows: rows).entitlements(of: context.tenant)
        guard entitlements?.features.contains(.singleSignOn) == true else { throw Failure(.featureDisabled) }
    }

    private func sealed(_ secret: Patch<String>, _ context: RequestContext) throws -> Patch<[UInt8]> {
        switch secret {
        case .absent: return .absent
        case .null: return .null
        case .value(let text):
            guard let secrets else { throw Failure(.internal) }
            return .value(try secrets.seal(text, at: SingleSignOn.place(in: context.tenant)))
        }
    }

    private func wire(_ settings: SingleSignOn, _ context: RequestContext) async throws -> TenancyAPI.SingleSignOn {
        settings.wire(redirectURL: try await sites.site(of: context).redirectURL)
    }
}

extension RelyingParty {
    /// Where the provider sends people back to.
    var redirectURL: String { "\(origin)/api/v1/auth/sso/callback" }
}

extension SingleSignOn {
    fileprivate func wire(redirectURL: String) -> TenancyAPI.SingleSignOn {
        TenancyAPI.SingleSignOn(
            issuer: issuer, clientID: clientID, hasClientSecret: clientSecret != nil, label: label, scopes: scopes,
            emailDomains: emailDomains, domainClaim: domainClaim, trustsEmail: trustsEmail, createsUsers: createsUsers,
            roleClaim: roleClaim, roles: roles, defaultRole: defaultRole, isEnabled: isEnabled, isEnforced: isEnforced,
            redirectURL: redirectURL, updatedAt: updatedAt)
    }

    /// The client with its secret in clear.
    func client(_ secrets: SecretBox?) throws -> IdentityProviderClient.Client {
        let secret = try clientSecret.map { sealed in
            guard let secrets else { throw Failure(.internal) }
            return try secrets.openText(sealed, at: Self.place(in: tenantID))
        }
        return IdentityProviderClient.Client(id: clientID, secret: secret)
    }
}
