import Clients
import Crypto
import FoundationEssentials
import HTTP
import JSON
import Jobs
import Models
import Postgres
import Telemetry

/// Looks which connections are to be asked for what is new; one for all tenants.
struct PlanPollsJob: Job {
    static let kind = "plan_polls"
    static let options = JobOptions(maxAttempts: 1, concurrency: 1, perTenant: 1, timeout: .seconds(300))
}

/// Asks one connection's provider for what is new.
struct PollConnectionJob: Job {
    static let kind = "poll_connection"
    static let options = JobOptions(
        maxAttempts: 4, concurrency: 8, perTenant: 2, timeout: .seconds(600),
        backoff: JobBackoff(first: .seconds(10), longest: .seconds(300)))

    var connectionID: ConnectionID
}

/// Asks phone systems that do not tell by themselves, or do not tell everything.
struct ConnectionPolling: Sendable {
    /// Pages of one run; what is left is for the next.
    private static let mostPages = 50

    /// Tenants' enabled connections of a provider.
    typealias Listing = @Sendable (String) async throws -> [InternalAPI.TenantConnection]

    let database: Database
    let seat: IngestSeat
    let list: Listing
    let knowledge: any TenantKnowledge
    let logger: Logger

    /// Has everything asked that is due.
    func plan(now: Timestamp = .now()) async throws {
        for provider in seat.providers.list {
            guard let interval = provider.pollInterval else { continue }
            for found in try await list(provider.name) where isActive(found.tenantID) {
                try await database.tenant(found.tenantID).transaction { transaction in
                    let store = PollStore(rows: transaction, tenant: found.tenantID)
                    guard try await store.isDue(found.id, provider.name, before: now - interval) else { return }
                    try await JobQueue(transaction).enqueue(
                        PollConnectionJob(connectionID: found.id), about: found.id)
                }
            }
        }
    }

    private func isActive(_ tenant: TenantID) -> Bool { knowledge.tenant(tenant)?.status == .active }

    /// Asks one of them, page by page; each page is applied together with the place where the next begins.
    func poll(_ id: ConnectionID, in tenant: TenantID) async throws {
        let connection: InternalAPI.Connection
        do { connection = try await seat.connections.connection(id, in: tenant) } catch let failure as Failure
            where failure.code == .notFound
        { return }
        guard connection.isEnabled, let provider = seat.providers[connection.provider] else { return }
        do {
            for _ in 0..<Self.mostPages {
                let cursor = try await PollStore(rows: database.tenant(tenant), tenant: tenant).cursor(of: id)
                let page = try await provider.poll(cursor, connection, seat.client)
                try await apply(page, connection, in: tenant)
                guard page.hasMore else { return }
                try Task.checkCancellation()
            }
        } catch let error as ProviderError {
            try await database.tenant(tenant).transaction { transaction in
                try await ConnectionStateStore(rows: transaction, tenant: tenant).noteError(
                    error.kind.rawValue, error.detail, of: connection, in: transaction)
            }
            throw JobFailure(
                "provider_\(error.kind.rawValue)", error.detail, isFinal: !error.isRetryable,
                retryAfter: error.retryAfter)
        }
    }

    /// Keeps what cannot be read as if a hook had brought it, once however often it is listed.
    private func keep(
        _ unread: [UnreadRecord], of connection: InternalAPI.Connection, at now: Timestamp, _ transaction: Transaction,
        in tenant: TenantID
    ) async throws {
        let store = HookPayloadStore(rows: transaction, tenant: tenant)
        var isNew = false
        for record in unread {
            let payload = HookPayload(
                method: .post, rest: ["polled"], contentType: "application/json", body: Array(record.text.utf8),
                receivedAt: now)
            let digest = SHA256.digest(connection.id.jsonText + record.text)
            let id = HookID(UUID(uuid: digest.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }))
            if try await store.add(payload, of: connection.id, at: connection.provider, id: id) { isNew = true }
        }
        if isNew { try await IngestHooksJob.enqueue(connection.id, in: transaction) }
    }

    private func apply(
        _ page: ProviderPoll, _ connection: InternalAPI.Connection, in tenant: TenantID
    ) async throws {
        let settings = knowledge.effectiveSettings(of: tenant)
        let now = Timestamp.now()
        try await database.tenant(tenant).transaction { transaction in
            let store = IngestStore(
                transaction: transaction, tenant: tenant, connection: connection, agents: seat.agents
            ).following(settings)
            _ = try await store.apply(page.reports.map { .init(report: $0, at: now) })
            try await keep(page.unread, of: connection, at: now, transaction, in: tenant)
            try await PollStore(rows: transaction, tenant: tenant).keep(page.cursor, of: connection)
            let states = ConnectionStateStore(rows: transaction, tenant: tenant)
            if page.reports.isEmpty {
                try await states.noteSuccess(at: now, hook: nil, of: connection, in: transaction)
            } else {
                try await states.noteHooks(page.reports.map { _ in now }, last: now, of: connection, in: transaction)
            }
        }
    }
}
