import DatabaseTestSupport
import Events
import HTTP
import IO
import JSON
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Web
import WebTestSupport

/// What a call's event says in these tests.
struct Fact: Codable, Sendable, Hashable {
    var number: Int
}

/// Takes events by the real receiver's route of a subscriber whose database is the publisher's own, or fails as told.
final class Courier: EventDelivery, @unchecked Sendable {
    // Confined to the test's loop.
    private let trust: TestTrust
    private let handler: HTTPHandler
    private let delivered: AsyncStream<EventEnvelope>.Continuation
    let deliveries: AsyncStream<EventEnvelope>
    /// What happens to an attempt, before it reaches the subscriber.
    var obstacle: (EventEnvelope) -> Failure? = { _ in nil }
    /// Whether the answer gets lost after the subscriber took the event.
    var losesAnswers = false

    init(_ trust: TestTrust, _ application: WebApplication) {
        self.trust = trust
        handler = application.handler
        (deliveries, delivered) = AsyncStream<EventEnvelope>.makeStream()
    }

    func deliver(_ envelope: EventEnvelope, to subscriber: ServiceName) async throws {
        delivered.yield(envelope)
        if let failure = obstacle(envelope) { throw failure }
        let response = await handler(
            try trust.request(.post, "/internal/events", as: .service(.calls), in: envelope.tenantID, json: envelope))
        guard response.status == 204 else { throw Failure(.conflict, response.text) }
        if losesAnswers { throw Failure(.conflict, "lost") }
    }
}

/// A publisher, a deliverer and a subscriber on one loop.
struct Bench: Sendable {
    static let migrations = [
        Migration(name: "0001_create_outbox", sql: EventMigrations.outbox),
        Migration(name: "0002_create_receipts", sql: EventMigrations.receipts),
        Migration(name: "0003_create_effects", sql: "CREATE TABLE effects (subject text, number int, sequence int)"),
    ]

    let loop: EventLoop
    let database: Database
    let trust: TestTrust
    let courier: Courier
    let service: OutboxService

    init(_ loop: EventLoop, _ database: Database) throws {
        self.loop = loop
        self.database = database
        // Billing hears of `call.analysed`, of calls alone.
        trust = try TestTrust(.billing)
        let route = EventReceiver.route(database) { envelope, transaction in
            let fact = try envelope.data.decode(Fact.self)
            try await transaction.execute(
                "INSERT INTO effects VALUES (\(envelope.subject), \(Int32(fact.number)), \(Int32(envelope.sequence)))")
        }
        let application = WebApplication(
            loop: loop, logger: LogCapture().logger(), metrics: Metrics(), routes: RouteTable(.billing, [route]),
            trust: try trust.trust(), listener: .internal)
        courier = Courier(trust, application)
        service = OutboxService(
            loop, database, publisher: .calls, delivery: courier, logger: LogCapture().logger(), metrics: Metrics(),
            poll: .milliseconds(50))
    }

    func publish(_ subject: String, _ number: Int) async throws {
        try await database.tenant(trust.tenant).transaction { transaction in
            _ = try await Outbox.publish(
                .recordingStored, subject: subject, data: Fact(number: number), in: transaction)
        }
    }

    /// Runs the deliverer until a condition on the database holds; the test's time limit is the bound.
    func deliver(until condition: @escaping @Sendable (Database) async throws -> Bool) async throws {
        let running = loop.spawn { await service.run() }
        while try await !condition(database) { try await loop.sleep(for: .milliseconds(20)) }
        running.cancel()
        await running.value
    }

    func effects(_ subject: String) async throws -> [Int] {
        try await database.values("SELECT number FROM effects WHERE subject = \(subject) ORDER BY ctid", as: Int32.self)
            .map(Int.init)
    }

    static func deliveredCount(_ database: Database) async throws -> Int {
        try await database.value(
            "SELECT count(*) FROM outbox_deliveries WHERE subscriber = 'billing' AND delivered_at IS NOT NULL",
            as: Int.self)
            ?? 0
    }
}
