import Auth
import FoundationEssentials
import Models
import Postgres
import Web

/// What a call's provider has said of it, asked for when somebody looks: repairs what hooks did not bring.
struct ProviderDataRoutes: Sendable {
    /// What a viewer can be made to wait.
    private static let patience = Duration.seconds(15)

    struct Wanted: Codable, Sendable {
        /// Ask the provider even when all is there.
        var refresh: Bool?
    }

    let database: Database
    /// Nil where routes are only described.
    let seat: IngestSeat?

    func get(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<Wanted>
    ) async throws -> OK<CallsAPI.ProviderAccount> {
        let store = ProviderDataStore(rows: context.database(database), tenant: context.tenant)
        guard let found = try await store.find(path.id, reach: context.reach) else { throw Failure(.notFound) }
        guard let connectionID = UUID(uuidString: found.call.source), let externalID = found.call.externalID else {
            throw Failure(.notFound, "The call came from no provider.")
        }
        if found.isComplete, query.value.refresh != true {
            return OK(found.wire(ConnectionID(connectionID), externalID, cached: true))
        }
        guard let seat else { throw Failure(.unavailable) }
        let connection = try await seat.connections.connection(ConnectionID(connectionID), in: context.tenant)
        guard let provider = seat.providers[connection.provider] else { throw Failure(.notFound) }
        let report: CallReport?
        do {
            report = try await provider.fetch(externalID, connection, seat.client)
        } catch let error as ProviderError {
            try await note(error, connection, context)
            throw Failure(.upstreamUnavailable, error.detail)
        }
        guard let report, report.externalID == externalID else {
            return OK(found.wire(connection.id, externalID, cached: true))
        }
        try await context.database(database).transaction { transaction in
            let ingest = IngestStore(
                transaction: transaction, tenant: context.tenant, connection: connection, agents: seat.agents
            ).following(context.settings)
            _ = try await ingest.apply([.init(report: report, at: .now())])
            try await ProviderDataStore(rows: transaction, tenant: context.tenant).noteFetched(path.id)
        }
        guard let fresh = try await store.find(path.id, reach: context.reach) else { throw Failure(.notFound) }
        return OK(fresh.wire(connection.id, externalID, cached: false))
    }

    /// Fetches a recording again that was given up, or never came.
    func copyAgain(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Accepted<CallsAPI.CopyRecording> {
        let store = RecordingCopyStore(database: database)
        guard try await store.again(path.id, reach: context.reach, in: context.tenant) else {
            let reads = context.database(database)
            guard
                try await ProviderDataStore(rows: reads, tenant: context.tenant).find(path.id, reach: context.reach)
                    != nil
            else { throw Failure(.notFound) }
            throw Failure(.conflict, "The call has its recording, or its provider told of none.")
        }
        return Accepted(CallsAPI.CopyRecording(callID: path.id))
    }

    private func note(
        _ error: ProviderError, _ connection: InternalAPI.Connection, _ context: RequestContext
    ) async throws {
        try await context.database(database).transaction { transaction in
            try await ConnectionStateStore(rows: transaction, tenant: context.tenant).noteError(
                error.kind.rawValue, error.detail, of: connection, in: transaction)
        }
    }
}
