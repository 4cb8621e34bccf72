import Auth
import Crypto
import Models
import Postgres
import Web

/// Signing in with a passkey, and showing once more with one who you are.
///
/// A passkey counts as both factors: its device has asked for a PIN, a finger or a face.
struct PasskeySignInRoutes: Sendable {
    let database: Database
    let sites: RelyingPartyService
    let tokens: AccessTokens

    private var entry: SignInService { SignInService(database: database, tokens: tokens) }

    /// Nobody says who they are: the passkey does.
    func begin(_ context: RequestContext) async throws -> OK<TenancyAPI.PasskeyRequest> {
        try await request(.signIn, for: nil, [], context)
    }

    func beginAgain(_ context: RequestContext) async throws -> OK<TenancyAPI.PasskeyRequest> {
        let user = try context.user.userID
        let rows = context.database(database)
        guard try await UserStore(rows: rows).find(user, in: context.tenant) != nil else {
            throw Failure(.invalidToken)
        }
        let present = try await PasskeyStore(rows: rows).list(of: user, in: context.tenant)
        return try await request(.reauthenticate, for: user, present.map(\.descriptor), context)
    }

    func signIn(
        _ context: RequestContext, _ body: Body<TenancyAPI.PasskeyAnswer>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let shown = try await check(body.value, .signIn, by: nil, context)
        guard
            let user = try await UserStore(rows: context.database(database)).find(
                shown.passkey.userID, in: context.tenant), user.status == .active
        else { throw Failure(.invalidPasskey) }
        let isCookie = body.value.cookie ?? false
        let opened = try await entry.open(
            user, by: .passkey, subject: shown.subject, isCookie: isCookie, context, headers
        ) { rows in
            try await shown.use(rows)
        }
        return try entry.answer(
            user, opened.session, opened.refresh, asCookie: isCookie, context)
    }

    func reauthenticate(
        _ context: RequestContext, _ body: Body<TenancyAPI.PasskeyAnswer>
    ) async throws -> NoContent {
        let user = try context.user
        let shown = try await check(body.value, .reauthenticate, by: user.userID, context)
        try await context.database(database).transaction { rows in
            try await shown.use(rows)
            try await AttemptStore(rows: rows).forget(subject: shown.subject, in: context.tenant)
            guard try await SessionStore(rows: rows).authenticate(user.sessionID, of: user.userID, in: context.tenant)
            else { throw Failure(.invalidToken) }
        }
        return NoContent()
    }

    private func request(
        _ purpose: PasskeyChallengeStore.Purpose, for user: UserID?,
        _ allow: [TenancyAPI.PasskeyRegistration.Descriptor], _ context: RequestContext
    ) async throws -> OK<TenancyAPI.PasskeyRequest> {
        let rows = context.database(database)
        let party = try await sites.site(of: context)
        let challenge = try await PasskeyChallengeStore(rows: rows).make(
            purpose, for: user, address: context.clientAddress, in: context.tenant)
        guard let challenge else { throw Failure(.rateLimited) }
        return OK(
            TenancyAPI.PasskeyRequest(
                challenge: Base64.url.encode(challenge),
                expiresIn: Int(PasskeyChallengeStore.life.components.seconds), rpID: party.id, allow: allow)
        ).with(header: "Cache-Control", "no-store")
    }

    /// The passkey, if the answer is its own to a challenge of the purpose; failures are counted by passkey and network.
    private func check(
        _ answer: TenancyAPI.PasskeyAnswer, _ purpose: PasskeyChallengeStore.Purpose, by user: UserID?,
        _ context: RequestContext
    ) async throws -> ShownPasskey {
        let rows = context.database(database)
        let id = try Base64.url.field(answer.id, "/id")
        let authenticator = try Base64.url.field(answer.authenticatorData, "/authenticator_data")
        let signature = try Base64.url.field(answer.signature, "/signature")
        let handle = try Base64.url.field(answer.userHandle, "/user_handle")
        let clientBytes = try Base64.url.field(answer.clientData, "/client_data")
        let subject = Lockout.subject(of: "passkey \(Hex.encode(id))", address: context.clientAddress)
        try await AttemptStore(rows: rows).check(subject: subject, in: context.tenant)
        let passkey = try await PasskeyStore(rows: rows).find(credentialID: id, in: context.tenant)
        do {
            let client = try BrowserReport(clientBytes)
            let isOpen = try await PasskeyChallengeStore(rows: rows).use(
                client.challenge, purpose, by: user, in: context.tenant)
            guard isOpen, let passkey, user == nil || passkey.userID == user else { throw PasskeyFault.malformed }
            let party = try await sites.site(of: context)
            let assertion = PasskeyAssertion(
                client: client, authenticatorBytes: authenticator, signature: signature, userHandle: handle)
            let (count, isBackedUp) = try assertion.check(passkey, at: party)
            return ShownPasskey(
                passkey: passkey, signCount: count, isBackedUp: isBackedUp, subject: subject, tenant: context.tenant)
        } catch let fault as PasskeyFault {
            if fault == .counterRegressed, let passkey {
                try await PasskeyLifeStore(database: rows).noteRefusal(
                    passkey, origin: context.anonymousOrigin, in: context.tenant)
            }
            try await SignInStore(database: rows).noteFailure(
                subject: subject, origin: context.anonymousOrigin, in: context.tenant)
            throw Failure(.invalidPasskey)
        }
    }
}

/// A passkey that has just proven itself, with what is to be kept of that.
private struct ShownPasskey: Sendable {
    let passkey: Passkey
    let signCount: Int64
    let isBackedUp: Bool
    let subject: [UInt8]
    let tenant: TenantID

    /// Keeps the counter, in the transaction of what the proof is for; of two answers at once with one counter one counts.
    func use(_ rows: Transaction) async throws {
        let isUsed = try await PasskeyStore(rows: rows).use(
            passkey.id, signCount: signCount, isBackedUp: isBackedUp, in: tenant)
        guard isUsed else { throw Failure(.invalidPasskey) }
    }
}
