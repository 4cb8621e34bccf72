import Auth
import Crypto
import JSON
import Models
import Postgres
import ServiceKit
import Web

/// A tenant's accounts at providers, for whoever sets them up and for the services that use them.
struct ConnectionRoutes: Sendable {
    let database: Database
    let sites: RelyingPartyService
    /// Nil where routes are only described.
    let secrets: SecretBox?

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func providers(_ context: RequestContext) async throws -> OK<TenancyAPI.Providers> {
        OK(TenancyAPI.Providers(providers: ProviderTable.providers.map(\.wire)))
    }

    func list(
        _ context: RequestContext, _ query: Query<ConnectionFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.Connection>> {
        let store = ConnectionStore(rows: context.database(database))
        let found = try await store.list(query.value, RowPage(paging), in: context.tenant)
        let total = try await store.count(query.value, in: context.tenant)
        let origin = try await sites.site(of: context).origin
        return OK(
            paging.page(
                found, total: total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire(origin: origin) })
    }

    func get(_ context: RequestContext, _ path: PathID<ConnectionID>) async throws -> OK<TenancyAPI.Connection> {
        let found = try await find(path.id, context)
        return OK(found.wire(origin: try await sites.site(of: context).origin), version: found.version)
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateConnection>
    ) async throws -> Created<TenancyAPI.Connection> {
        let wanted = body.value
        guard let provider = ProviderTable.provider(wanted.provider) else {
            throw Failure.invalid("/provider", "not_allowed", "a name of the list of providers expected")
        }
        var draft = ConnectionDraft(provider: provider)
        try draft.take(settings: wanted.settings, credentials: wanted.credentials)
        try check(wanted.country)
        try await RecentSignIn.checkPerson(context, context.database(database))
        let (made, secret) = try await life(context).create(
            wanted, draft, by: context.principal?.user?.userID, origin: try context.origin(), in: context.tenant)
        let wire = made.wire(origin: try await sites.site(of: context).origin, secret: secret)
        return Created(wire, at: "/api/v1/connections/\(made.id)", version: made.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ match: IfMatch,
        _ body: Body<TenancyAPI.UpdateConnection>
    ) async throws -> OK<TenancyAPI.Connection> {
        try check(body.value.country.value)
        // Where calls come from and what opens them; a name, a zone or a switch is no secret.
        if body.value.settings != nil || body.value.credentials != nil {
            try await RecentSignIn.checkPerson(context, context.database(database))
        }
        return try await answer(
            try await life(context).update(
                path.id, body.value, version: match.version, origin: try context.origin(), in: context.tenant), context)
    }

    func rotate(
        _ context: RequestContext, _ path: PathID<ConnectionID>, _ body: OptionalBody<TenancyAPI.RotateWebhookSecret>
    ) async throws -> OK<TenancyAPI.Connection> {
        try await RecentSignIn.checkPerson(context, context.database(database))
        let grace = Duration.seconds(3_600 * (body.value?.graceHours ?? 24))
        let (outcome, secret) = try await life(context).rotate(
            path.id, grace: grace, origin: try context.origin(), in: context.tenant)
        return try await answer(outcome, context, secret: secret)
    }

    func remove(_ context: RequestContext, _ path: PathID<ConnectionID>, _ match: IfMatch) async throws -> NoContent {
        _ = try await answer(
            try await life(context).remove(
                path.id, version: match.version, origin: try context.origin(), in: context.tenant), context)
        return NoContent()
    }

    /// With everything that opens it, for a service that uses it.
    func open(_ context: RequestContext, _ path: PathID<ConnectionID>) async throws -> OK<InternalAPI.Connection> {
        let found = try await find(path.id, context)
        guard let secrets else { throw Failure(.internal) }
        guard let tenant = try await TenantStore(rows: context.database(database)).find(context.tenant) else {
            throw Failure(.notFound)
        }
        let opened = try found.secrets(secrets, in: context.tenant)
        let former = found.secretUntil.map { $0 > .now() } ?? false ? opened.formerWebhook : nil
        return OK(
            InternalAPI.Connection(
                id: found.id, provider: found.provider, name: found.name, isEnabled: found.isEnabled,
                timeZone: found.timeZone ?? TimeZoneName(unchecked: tenant.timeZone),
                country: found.country ?? tenant.country, settings: found.settings, credentials: opened.credentials,
                webhookSecrets: [opened.webhook] + [former].compactMap { $0 }, version: found.version))
    }

    /// The ids of the tenant's connections of some providers, for services that ask providers by themselves.
    func ids(
        _ context: RequestContext, _ query: Query<ConnectionFilter>
    ) async throws -> OK<InternalAPI.ConnectionIDs> {
        let found = try await ConnectionStore(rows: context.database(database)).list(
            query.value, .all(Connection.most), in: context.tenant)
        return OK(InternalAPI.ConnectionIDs(ids: found.filter(\.isEnabled).map(\.id)))
    }

    struct Provider: Codable, Sendable {
        var provider: String
    }

    func ofProvider(
        _ context: RequestContext, _ query: Query<Provider>
    ) async throws -> OK<InternalAPI.TenantConnections> {
        let found = try await ConnectionStore(rows: database).ofProvider(query.value.provider)
        return OK(InternalAPI.TenantConnections(connections: found))
    }

    private func find(_ id: ConnectionID, _ context: RequestContext) async throws -> Connection {
        guard let found = try await ConnectionStore(rows: context.database(database)).find(id, in: context.tenant)
        else { throw Failure(.notFound) }
        return found
    }

    private func life(_ context: RequestContext) throws -> ConnectionLifeStore {
        guard let secrets else { throw Failure(.internal) }
        return ConnectionLifeStore(database: context.database(database), secrets: secrets)
    }

    private func answer(
        _ outcome: ConnectionLifeStore.Outcome, _ context: RequestContext, secret: String? = nil
    ) async throws -> OK<TenancyAPI.Connection> {
        switch outcome {
        case .missing: throw Failure(.notFound)
        case .changed: throw Failure(.preconditionFailed)
        case .done(let connection):
            let origin = try await sites.site(of: context).origin
            return OK(connection.wire(origin: origin, secret: secret), version: connection.version)
        }
    }

    private func check(_ country: String?) throws(Failure) {
        guard let country else { return }
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw Failure.invalid("/country", "invalid_format", "ISO 3166-1 alpha-2 expected")
        }
    }
}

extension Connection {
    /// The secret is told when it was just made.
    fileprivate func wire(origin: String, secret: String? = nil) -> TenancyAPI.Connection {
        TenancyAPI.Connection(
            id: id, provider: provider, name: name, isEnabled: isEnabled, settings: settings,
            credentials: credentialNames, timeZone: timeZone, country: country,
            hookURL: "\(origin)/\(hookPath)", webhookSecret: secret,
            previousSecretUntil: secretUntil.flatMap { $0 > .now() ? $0 : nil }, createdAt: createdAt,
            createdBy: createdBy, updatedAt: updatedAt)
    }
}

extension ProviderDescription {
    fileprivate var wire: TenancyAPI.Provider {
        TenancyAPI.Provider(
            name: name, service: service,
            fields: fields.map { field in
                var choices: [String]?
                if case .choice(let words) = field.kind { choices = words }
                return .init(name: field.name, kind: field.word, isRequired: field.isRequired, choices: choices)
            })
    }
}
