import Auth
import JSON
import Models
import Postgres
import Web

/// How people call and are called, and what their browsers need for it.
struct VoiceSettingsRoutes: Sendable {
    /// Browsers ask again before it is over.
    private static let tokenLifetime = Duration.seconds(3_600)

    let database: Database
    let carriers: any CarrierDirectory
    let people: PeopleDirectory

    func getOwn(_ context: RequestContext) async throws -> OK<CallsAPI.VoiceSettings> {
        try await get(try context.user.userID, context)
    }

    func getOther(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<CallsAPI.VoiceSettings> {
        try await check(path.id, context)
        return try await get(path.id, context)
    }

    func updateOwn(
        _ context: RequestContext, _ match: IfMatch, _ body: Body<CallsAPI.UpdateVoiceSettings>
    ) async throws -> OK<CallsAPI.VoiceSettings> {
        try await update(try context.user.userID, match, body.value, context)
    }

    func updateOther(
        _ context: RequestContext, _ path: PathID<UserID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateVoiceSettings>
    ) async throws -> OK<CallsAPI.VoiceSettings> {
        try await check(path.id, context)
        return try await update(path.id, match, body.value, context)
    }

    func token(_ context: RequestContext) async throws -> OK<CallsAPI.CallingToken> {
        let user = try context.user.userID
        let settings = try await store(context).find(user)
        guard let connection = settings.connection else {
            throw Failure(.conflict, "Choose the connection to call over in the voice settings first.")
        }
        let carrier = try await carriers.carrier(connection, in: context.tenant)
        let token = try await carrier.browserToken(
            identity: user.jsonText, lifetime: Self.tokenLifetime, now: .now())
        return OK(
            CallsAPI.CallingToken(
                token: token.token, identity: token.identity, userID: user, provider: carrier.provider.rawValue,
                connectionID: connection, expiresAt: token.expiresAt))
    }

    /// The numbers of a connection's account, for whoever chooses a caller id.
    func numbers(
        _ context: RequestContext, _ path: PathID<ConnectionID>
    ) async throws -> OK<CallsAPI.CarrierAccount> {
        let carrier = try await carriers.carrier(path.id, in: context.tenant)
        let check = try await carrier.check()
        let numbers = try await carrier.numbers()
        return OK(
            CallsAPI.CarrierAccount(
                connectionID: path.id, provider: carrier.provider.rawValue, account: check.account,
                isActive: check.isActive,
                numbers: numbers.map { CallsAPI.CarrierNumber(number: $0.number, label: $0.label) }))
    }

    /// 404 for an id that is nobody's here.
    private func check(_ user: UserID, _ context: RequestContext) async throws {
        if context.principal?.user?.userID == user { return }
        let check = PeopleCheck(people: people, database: database)
        guard try await check.isKnown(user, in: context.tenant) else { throw Failure(.notFound) }
    }

    private func get(_ user: UserID, _ context: RequestContext) async throws -> OK<CallsAPI.VoiceSettings> {
        let settings = try await store(context).find(user)
        return OK(settings.wire, version: settings.version)
    }

    private func update(
        _ user: UserID, _ match: IfMatch, _ change: CallsAPI.UpdateVoiceSettings, _ context: RequestContext
    ) async throws -> OK<CallsAPI.VoiceSettings> {
        var settings = try await store(context).find(user)
        if let version = match.version, version != settings.version { throw Failure(.preconditionFailed) }
        try settings.apply(change, country: context.country, now: .now())
        // Whoever could show any number could pass for anybody.
        if change.callerID.isPresent || change.numbers != nil || change.connectionID.isPresent {
            try await verify(settings, context)
        }
        guard let saved = try await store(context).save(settings) else { throw Failure(.preconditionFailed) }
        return OK(saved.wire, version: saved.version)
    }

    private func verify(_ settings: VoiceSettings, _ context: RequestContext) async throws {
        guard let connection = settings.connection else {
            guard settings.callerID == nil, settings.numbers.isEmpty else {
                throw Failure.invalid("/connection_id", "required", "numbers belong to a connection")
            }
            return
        }
        do {
            let owned = try await carriers.carrier(connection, in: context.tenant).numbers()
            try settings.check(ownedBy: Set(owned.map(\.number)))
        } catch let error as CarrierError where error == .unknownConnection {
            throw Failure.invalid("/connection_id", "not_found", "There is no such connection that places calls.")
        }
    }

    private func store(_ context: RequestContext) -> VoiceSettingsStore {
        VoiceSettingsStore(rows: database.tenant(context.tenant), tenant: context.tenant)
    }
}
