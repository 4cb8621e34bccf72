import Crypto
import HTTP
import JSON
import Models
import Postgres
import Telemetry
import Web

/// Signing in at the company's provider: away to it, and back from it with a session.
///
/// People are led here by links, so what goes wrong leads to the sign-in page with a word for it.
struct SingleSignOnSignInRoutes: Sendable {
    /// What the person wants beside coming in.
    struct Wish: Codable, Sendable {
        /// The page of this host to go to then.
        var returnTo: String?
        /// Ask the provider to have the person show who they are, even if it knows.
        var reauthenticate: Bool?
    }

    let database: Database
    let sites: RelyingPartyService
    let providers: IdentityProviderClient
    let tokens: AccessTokens
    /// Nil where routes are only described.
    let secrets: SecretBox?

    func offer(_ context: RequestContext) async throws -> OK<TenancyAPI.SingleSignOnOffer> {
        let found = try await SingleSignOnStore(rows: context.database(database)).findInForce(in: context.tenant)
        return OK(
            TenancyAPI.SingleSignOnOffer(
                isEnabled: found != nil, isEnforced: found?.isEnforced ?? false, label: found?.label))
    }

    func start(_ context: RequestContext, _ wish: Query<Wish>, _ headers: RequestHeaders) async throws -> Raw {
        let rows = context.database(database)
        let returnTo = wish.value.returnTo ?? "/"
        guard ReturnPath.isValid(returnTo) else {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/return_to", code: "invalid_format", detail: "a path of this host")])
        }
        do {
            guard let settings = try await SingleSignOnStore(rows: rows).findInForce(in: context.tenant) else {
                throw SingleSignOnFault.unavailable
            }
            let provider = try await providers.metadata(of: settings.issuer)
            let attempt = SingleSignOnAttempt(browser: SingleSignOnCookie.read(headers.headers, context))
            let begun = SingleSignOnAttemptStore.Begun(
                issuer: settings.issuer, clientID: settings.clientID,
                redirectURL: try await sites.site(of: context).redirectURL, returnTo: returnTo)
            let isMade = try await SingleSignOnAttemptStore(rows: rows).make(
                attempt, begun, address: context.clientAddress, in: context.tenant)
            guard isMade else { throw Failure(.rateLimited) }
            let url = provider.authorizationURL(
                attempt, settings, redirectURL: begun.redirectURL, isFresh: wish.value.reauthenticate ?? false)
            return Self.redirect(to: url, cookie: SingleSignOnCookie.set(attempt.browser, context))
        } catch let fault as SingleSignOnFault {
            return Self.refusal(fault)
        } catch let error as ProviderError {
            context.logger.warning("A provider could not be asked", [.string("detail", error.detail)])
            return Self.refusal(error.fault)
        }
    }

    func finish(
        _ context: RequestContext, _ given: RedirectParameters, _ headers: RequestHeaders
    ) async throws -> Raw {
        do { return try await signIn(context, given, headers) } catch let fault as SingleSignOnFault {
            return try await refuse(fault, nil, context)
        } catch let error as ProviderError {
            return try await refuse(error.fault, error.detail, context)
        }
    }

    private func signIn(
        _ context: RequestContext, _ given: RedirectParameters, _ headers: RequestHeaders
    ) async throws -> Raw {
        let rows = context.database(database)
        guard let state = given["state"], let browser = SingleSignOnCookie.read(headers.headers, context),
            let attempt = SingleSignOnAttempt(state: state, browser: browser),
            let begun = try await SingleSignOnAttemptStore(rows: rows).use(attempt, in: context.tenant)
        else { return Self.refusal(.expired) }
        guard let settings = try await SingleSignOnStore(rows: rows).findInForce(in: context.tenant),
            settings.issuer == begun.issuer, settings.clientID == begun.clientID
        else { throw SingleSignOnFault.unavailable }
        // RFC 9207: an answer that names its issuer is of the one that was asked.
        guard !given.has("iss") || given["iss"] == settings.issuer else { throw SingleSignOnFault.denied }
        guard !given.has("error"), let code = given["code"], (1...4000).contains(code.utf8.count) else {
            throw SingleSignOnFault.denied
        }
        let provider = try await providers.metadata(of: settings.issuer)
        let tokens = try await providers.exchange(
            code, verifier: attempt.verifier, redirectURL: begun.redirectURL, try settings.client(secrets), at: provider
        )
        var claims = try await providers.claims(
            of: tokens.identity, provider,
            IdentityToken.Expectation(
                issuer: settings.issuer, clientID: settings.clientID, nonce: attempt.nonce,
                now: Timestamp.now().seconds))
        claims = try await complete(claims, settings, provider, tokens.access)
        let person = try settings.person(claims)
        let user = try await SingleSignOnLifeStore(database: rows).user(
            person, settings, origin: context.anonymousOrigin)
        let opened = try await open(user, person, context, headers)
        return Self.redirect(to: begun.returnTo, cookie: RefreshCookie.set(opened.refresh.reveal(), context))
    }

    /// The claims with what only the provider's user info says of the person.
    private func complete(
        _ claims: JSONValue, _ settings: SingleSignOn, _ provider: ProviderMetadata, _ token: String?
    ) async throws -> JSONValue {
        guard ProviderClaims.isWanted(claims, settings), let endpoint = provider.userInfoEndpoint, let token,
            let subject = claims.text("sub")
        else { return claims }
        do {
            let told = try await providers.userInfo(token, of: subject, at: endpoint)
            return ProviderClaims(claims: told).completing(claims)
        } catch let error as ProviderError where error.fault == .providerFailed {
            // Without a name the address serves.
            guard !ProviderClaims.isNeeded(claims, settings) else { throw error }
            return claims
        }
    }

    private func open(
        _ user: User, _ person: SingleSignOnPerson, _ context: RequestContext, _ headers: RequestHeaders
    ) async throws -> SignInService.Opened {
        do {
            return try await SignInService(database: database, tokens: tokens).open(
                user, by: .singleSignOn, subject: Lockout.subject(of: "sso \(user.id)", address: context.clientAddress),
                authenticatedAt: person.authenticatedAt ?? 0, isCookie: true, context, headers)
        } catch let failure as Failure where failure.code == .tenantSuspended {
            throw SingleSignOnFault.suspended
        } catch let failure as Failure where failure.code == .invalidCredentials {
            // Deactivated, or changed in this very moment.
            throw SingleSignOnFault.deactivated
        }
    }

    private func refuse(_ fault: SingleSignOnFault, _ detail: String?, _ context: RequestContext) async throws -> Raw {
        try await SingleSignOnLifeStore(database: context.database(database)).noteRefusal(
            fault, detail, origin: context.anonymousOrigin, in: context.tenant)
        return Self.refusal(fault)
    }

    private static func refusal(_ fault: SingleSignOnFault) -> Raw {
        redirect(to: "/sign-in?sso_error=\(fault.rawValue)", cookie: nil)
    }

    private static func redirect(to place: String, cookie: String?) -> Raw {
        var headers: HTTPHeaders = ["Location": place, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"]
        if let cookie { headers.add("Set-Cookie", cookie) }
        return Raw(HTTPResponse(status: 302, headers: headers))
    }
}

extension ProviderMetadata {
    /// Where the person is sent to sign in.
    fileprivate func authorizationURL(
        _ attempt: SingleSignOnAttempt, _ settings: SingleSignOn, redirectURL: String, isFresh: Bool
    ) -> String {
        var fields = [
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", redirectURL),
            ("scope", (["openid"] + settings.scopes).joined(separator: " ")), ("state", attempt.state),
            ("nonce", attempt.nonce), ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
        ]
        if isFresh { fields += [("prompt", "login"), ("max_age", "0")] }
        return authorizationEndpoint + (authorizationEndpoint.contains("?") ? "&" : "?") + PercentCode.form(fields)
    }
}
