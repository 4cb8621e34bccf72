import Crypto
import JSON
import Models
import Postgres

/// The life of a connection: each deed is one transaction with its audit row and its change in the feed.
struct ConnectionLifeStore {
    let database: TenantDatabase
    let secrets: SecretBox

    /// What becomes of one that may be of another version.
    enum Outcome {
        case done(Connection)
        case missing
        case changed
    }

    /// Makes a connection; gives the hook secret that nobody is shown again.
    func create(
        _ wanted: TenancyAPI.CreateConnection, _ draft: ConnectionDraft, by user: UserID?, origin: Origin,
        in tenant: TenantID
    ) async throws -> (connection: Connection, secret: String) {
        let id = ConnectionID.make()
        let hooks = Connection.makeWebhookSecret()
        let sealed = try Connection.seal(
            .init(credentials: draft.credentials, webhook: hooks), secrets, of: id, in: tenant)
        let now = Timestamp.now()
        let connection = Connection(
            id: id, provider: draft.provider.name, name: wanted.name, isEnabled: wanted.isEnabled ?? true,
            settings: draft.settings, credentialNames: draft.credentials.keys.sorted(), sealed: sealed,
            timeZone: wanted.timeZone, country: wanted.country, secretUntil: nil, version: 1, createdBy: user,
            createdAt: now, updatedAt: now)
        let made = try await database.transaction { rows in
            let store = ConnectionStore(rows: rows)
            guard try await store.count(ConnectionFilter(), in: tenant) < Connection.most else {
                throw Failure(.conflict, "A tenant can have \(Connection.most) connections.")
            }
            let made = try await store.create(connection, in: tenant)
            try await finish(.connectionCreated, made, before: nil, origin, rows, in: tenant)
            return made
        }
        return (made, hooks)
    }

    /// Changes what is given.
    func update(
        _ id: ConnectionID, _ wanted: TenancyAPI.UpdateConnection, version: Int64?, origin: Origin, in tenant: TenantID
    ) async throws -> Outcome {
        try await change(id, .connectionUpdated, version: version, origin, in: tenant) { connection in
            guard let provider = ProviderTable.provider(connection.provider) else { throw Failure(.internal) }
            var opened = try connection.secrets(secrets, in: tenant)
            var draft = ConnectionDraft(
                provider: provider, settings: connection.settings, credentials: opened.credentials)
            try draft.take(settings: wanted.settings, credentials: wanted.credentials)
            opened.credentials = draft.credentials
            connection.name = wanted.name ?? connection.name
            connection.isEnabled = wanted.isEnabled ?? connection.isEnabled
            connection.settings = draft.settings
            connection.credentialNames = draft.credentials.keys.sorted()
            connection.sealed = try Connection.seal(opened, secrets, of: id, in: tenant)
            if wanted.timeZone.isPresent { connection.timeZone = wanted.timeZone.value }
            if wanted.country.isPresent { connection.country = wanted.country.value }
        }
    }

    /// Signs hooks with another secret; the one before counts for `grace` yet.
    func rotate(
        _ id: ConnectionID, grace: Duration, origin: Origin, in tenant: TenantID
    ) async throws -> (outcome: Outcome, secret: String) {
        let made = Connection.makeWebhookSecret()
        let outcome = try await change(id, .connectionSecretRotated, version: nil, origin, in: tenant) { connection in
            var opened = try connection.secrets(secrets, in: tenant)
            opened.formerWebhook = grace > .zero ? opened.webhook : nil
            opened.webhook = made
            connection.secretUntil = grace > .zero ? .now() + grace : nil
            connection.sealed = try Connection.seal(opened, secrets, of: id, in: tenant)
        }
        return (outcome, made)
    }

    func remove(_ id: ConnectionID, version: Int64?, origin: Origin, in tenant: TenantID) async throws -> Outcome {
        try await database.transaction { rows in
            let store = ConnectionStore(rows: rows)
            guard let connection = try await store.lock(id, in: tenant) else { return .missing }
            guard version == nil || version == connection.version else { return .changed }
            try await store.remove(id, in: tenant)
            try await finish(.connectionRemoved, connection, before: connection, origin, rows, in: tenant)
            return .done(connection)
        }
    }

    private func change(
        _ id: ConnectionID, _ action: AuditEntry.Action, version: Int64?, _ origin: Origin, in tenant: TenantID,
        _ body: (inout Connection) throws -> Void
    ) async throws -> Outcome {
        try await database.transaction { rows in
            let store = ConnectionStore(rows: rows)
            guard var connection = try await store.lock(id, in: tenant) else { return .missing }
            guard version == nil || version == connection.version else { return .changed }
            let before = connection
            try body(&connection)
            guard let changed = try await store.update(connection, in: tenant) else { return .missing }
            try await finish(action, changed, before: before, origin, rows, in: tenant)
            return .done(changed)
        }
    }

    /// Every process drops what it remembers of the connection.
    private func finish(
        _ action: AuditEntry.Action, _ connection: Connection, before: Connection?, _ origin: Origin,
        _ rows: Transaction, in tenant: TenantID
    ) async throws {
        let after = action == .connectionRemoved ? nil : connection
        try await AuditStore(rows: rows).append(
            origin.entry(
                action, "connection/\(connection.id)", before: try before.map { try JSONText(encoding: $0.audited) },
                after: try after.map { try JSONText(encoding: $0.audited) }), in: tenant)
        try await ChangeStore.appendGone(.connection, key: connection.id.jsonText, tenant: tenant, in: rows)
    }
}
