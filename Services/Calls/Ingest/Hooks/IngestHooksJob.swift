import JSON
import Jobs
import Models
import Postgres
import Telemetry

/// Makes calls of what a connection's hooks have told.
struct IngestHooksJob: Job {
    static let kind = "ingest_hooks"
    /// One of a tenant at a time, so that hooks are taken in the order in which they came.
    static let options = JobOptions(
        maxAttempts: 50, concurrency: 4, perTenant: 1, timeout: .seconds(600),
        backoff: JobBackoff(first: .seconds(1), longest: .seconds(300)))

    var connectionID: ConnectionID

    /// Hooks come in swarms: those of a moment are taken together.
    private static let moment = Duration.milliseconds(100)

    static func enqueue(_ id: ConnectionID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).gather(IngestHooksJob(connectionID: id), about: id, for: moment)
    }
}

/// Reads stored payloads and applies what they say.
struct HookIngest: Sendable {
    /// Payloads in one transaction.
    private static let batch = 100

    let database: Database
    let connections: ConnectionClient
    let agents: AgentResolver
    let providers: CallProviders
    let knowledge: any TenantKnowledge
    let logger: Logger

    /// Works until nothing of the connection waits.
    func run(_ id: ConnectionID, in tenant: TenantID) async throws {
        let connection: InternalAPI.Connection
        do {
            connection = try await connections.connection(id, in: tenant)
        } catch let failure as Failure where failure.code == .notFound {
            // The connection was taken away; what it had told stays to be seen.
            return
        }
        guard let provider = providers[connection.provider] else { return }
        while true {
            var count: Int
            do {
                count = try await round(provider, connection, Self.batch, in: tenant)
            } catch let error as PostgresError where error.kind != .server || error.isRetryable {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // Perhaps one of them cannot be stored: each by itself, so that it holds up no other.
                logger.warning("Hooks are taken one by one", [.error("error", error)])
                count = try await single(provider, connection, in: tenant)
            }
            guard count > 0 else { return }
            try Task.checkCancellation()
        }
    }

    private func round(
        _ provider: any CallProvider, _ connection: InternalAPI.Connection, _ limit: Int, in tenant: TenantID
    ) async throws -> Int {
        try await database.tenant(tenant).transaction { transaction in
            let store = HookPayloadStore(rows: transaction, tenant: tenant)
            let taken = try await store.take(of: connection.id, limit: limit)
            guard !taken.isEmpty else { return 0 }
            let outcomes = try await apply(taken, provider, connection, transaction, in: tenant)
            try await store.settle(outcomes)
            try await note(outcomes, taken, connection, transaction, in: tenant)
            return taken.count
        }
    }

    private func single(
        _ provider: any CallProvider, _ connection: InternalAPI.Connection, in tenant: TenantID
    ) async throws -> Int {
        do {
            return try await round(provider, connection, 1, in: tenant)
        } catch let error as PostgresError where error.kind == .server && !error.isRetryable {
            logger.error("A hook cannot be stored", [.error("error", error)])
            try await database.tenant(tenant).transaction { transaction in
                let store = HookPayloadStore(rows: transaction, tenant: tenant)
                let taken = try await store.take(of: connection.id, limit: 1)
                try await store.settle(taken.map { .init(id: $0.id, fault: "It cannot be stored.") })
            }
            return 1
        }
    }

    private func apply(
        _ taken: [HookPayloadStore.Stored], _ provider: any CallProvider, _ connection: InternalAPI.Connection,
        _ transaction: Transaction, in tenant: TenantID
    ) async throws -> [HookPayloadStore.Outcome] {
        var outcomes: [HookPayloadStore.Outcome] = []
        var received: [IngestStore.Received] = []
        var counts: [Int] = []
        for stored in taken {
            let reading = read(stored.payload, provider, connection)
            outcomes.append(.init(id: stored.id, fault: reading.fault, unread: reading.unread))
            counts.append(reading.reports.count)
            received += reading.reports.map { .init(report: $0, at: stored.payload.receivedAt) }
        }
        let store = IngestStore(
            transaction: transaction, tenant: tenant, connection: connection, agents: agents
        ).following(knowledge.effectiveSettings(of: tenant))
        let applied = try await store.apply(received)
        let ids = Dictionary(zip(Self.distinct(received), applied)) { first, _ in first }
        var at = 0
        for index in outcomes.indices {
            let own = received[at..<(at + counts[index])].compactMap { ids[String($0.report.externalID.prefix(200))] }
            outcomes[index].calls = Array(Set(own))
            at += counts[index]
        }
        return outcomes
    }

    private func read(
        _ payload: HookPayload, _ provider: any CallProvider, _ connection: InternalAPI.Connection
    ) -> PayloadReading {
        let reason: String
        do { return try provider.read(payload, connection) } catch let error as ProviderError {
            reason = error.detail
        } catch {
            reason = "The payload is not what the provider documents."
        }
        let text = String(decoding: payload.body, as: UTF8.self)
        return PayloadReading(reports: [], unread: [UnreadRecord(position: 1, text: text, reason: reason)])
    }

    private static func distinct(_ received: [IngestStore.Received]) -> [String] {
        var seen: Set<String> = []
        return received.map { String($0.report.externalID.prefix(200)) }.filter {
            !$0.isEmpty && seen.insert($0).inserted
        }
    }

    private func note(
        _ outcomes: [HookPayloadStore.Outcome], _ taken: [HookPayloadStore.Stored],
        _ connection: InternalAPI.Connection, _ transaction: Transaction, in tenant: TenantID
    ) async throws {
        let store = ConnectionStateStore(rows: transaction, tenant: tenant)
        let last = taken.map(\.payload.receivedAt).max() ?? .now()
        try await store.noteHooks(taken.map(\.payload.receivedAt), last: last, of: connection, in: transaction)
        if let fault = outcomes.last(where: { $0.notice != nil })?.notice {
            try await store.noteError("invalid", fault, of: connection, in: transaction)
        }
    }
}
