package import Models
package import Postgres
package import Web

/// Takes events of other services, each once.
package enum EventReceiver {
    /// What a service does with an event, in the transaction of its receipt.
    ///
    /// A failure that is thrown makes the publisher try again later and holds back the events of the same subject.
    package typealias Handler = @Sendable (EventEnvelope, Transaction) async throws -> Void

    /// The same, told besides which service the event is of.
    package typealias TellingHandler = @Sendable (EventEnvelope, ServiceName, Transaction) async throws -> Void

    /// The route `POST /internal/events`; its database has `EventMigrations.receipts`.
    package static func route(_ database: Database, _ handler: @escaping Handler) -> Route {
        route(database, telling: { envelope, _, transaction in try await handler(envelope, transaction) })
    }

    /// The same route for a service that minds of whom an event is.
    package static func route(_ database: Database, telling handler: @escaping TellingHandler) -> Route {
        .post(
            "/internal/events", "receive_event", .service(.eventsDeliver), "Take an event of another service",
            { (context: RequestContext, body: Body<EventEnvelope>) async throws -> NoContent in
                try await take(body.value, context, database, handler)
                return NoContent()
            })
    }

    private static func take(
        _ envelope: EventEnvelope, _ context: RequestContext, _ database: Database, _ handler: @escaping TellingHandler
    ) async throws {
        guard envelope.tenantID == context.tenant else {
            throw Failure(.badRequest, "The event belongs to another tenant than the request.")
        }
        // A service tells its own facts only.
        let isOwn = EventType.subscriptions.contains {
            $0.publisher == context.internalCaller && $0.types.contains(envelope.type)
        }
        guard isOwn, let publisher = context.internalCaller else { throw Failure(.forbidden) }
        try await database.tenant(context.tenant).transaction { transaction in
            // A second delivery waits here for the first one's end.
            guard try await ReceiptStore.keep(envelope.id.uuid, of: envelope.tenantID, in: transaction) else { return }
            try await handler(envelope, publisher, transaction)
        }
    }
}
