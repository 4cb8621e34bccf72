import JSON
package import Models
package import Postgres
import Telemetry

/// Publishes events: an event is a row that is written in the transaction of the fact that it tells.
///
/// So an event exists exactly when its fact does. `OutboxService` delivers it after the commit, at least once and in
/// order of each subject; a receiver knows by the event's id what it has had.
package enum Outbox {
    /// What deliverers listen to.
    package static let channel = "outbox"

    /// Writes the event, and wakes the deliverers once the transaction has committed.
    ///
    /// The subject is `call/<id>` and the like. The data hold ids and facts: no transcripts, bodies, tokens or secrets.
    /// Two transactions with one subject wait for each other, so publish towards the end.
    @discardableResult
    package static func publish(
        _ type: EventType, version: Int = 1, subject: String, data: some Encodable,
        in transaction: Transaction
    ) async throws -> EventID {
        guard let tenant = transaction.tenant else { preconditionFailure("an event belongs to a tenant") }
        let event = try PublishedEvent(
            type, version: version, tenant: tenant, subject: subject, data: data)
        try await transaction.execute(OutboxStore.insert(event))
        transaction.notify(channel)
        return event.id
    }

    /// The statement that writes the event, to be sent together with others; `wake` the deliverers after the commit.
    package static func statement(
        _ type: EventType, version: Int = 1, in tenant: TenantID, subject: String, data: some Encodable
    ) throws -> SQL {
        OutboxStore.insert(
            try PublishedEvent(type, version: version, tenant: tenant, subject: subject, data: data))
    }

    /// Wakes the deliverers after a statement of `statement` has taken effect.
    package static func wake(_ database: Database) { database.notify(channel) }
}

/// An event before it has its number.
struct PublishedEvent {
    let id = EventID.make()
    let type: EventType
    let version: Int
    let tenant: TenantID
    let subject: String
    let occurredAt = Timestamp.now()
    let traceparent: String?
    let data: JSONText

    init(
        _ type: EventType, version: Int, tenant: TenantID, subject: String, data: some Encodable
    ) throws {
        self.type = type
        self.version = version
        self.tenant = tenant
        self.subject = subject
        traceparent = TraceContext.current?.traceparent
        self.data = try JSONText(encoding: data)
    }

    /// Who is told of events of this kind, each once though several services may publish it.
    var subscribers: [String] {
        let told = Set(EventType.subscriptions.filter { $0.types.contains(type) }.map(\.subscriber))
        return told.map(\.rawValue).sorted()
    }
}
