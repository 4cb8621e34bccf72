import DatabaseTestSupport
import Events
import HTTP
import IO
import JSON
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@Suite(.timeLimit(.minutes(20)))
struct OutboxTests {
    private func withBench(_ body: @escaping @Sendable (Bench) async throws -> Void) async throws {
        try await withOpenDatabase(migrations: Bench.migrations) { database, _, loop in
            try await body(try Bench(loop, database))
        }
    }

    @Test func `events reach their subscriber once and in the order of their subject`() async throws {
        try await withBench { bench async throws in
            for number in 1...20 {
                try await bench.publish("call/a", number)
                try await bench.publish("call/b", number)
            }
            try await bench.deliver { try await Bench.deliveredCount($0) == 40 }
            #expect(try await bench.effects("call/a") == Array(1...20))
            #expect(try await bench.effects("call/b") == Array(1...20))
            let sequences = try await bench.database.values(
                "SELECT sequence FROM effects WHERE subject = 'call/a' ORDER BY sequence", as: Int32.self)
            #expect(sequences == Array(1...20))
        }
    }

    @Test func `an event names the trace that it came from`() async throws {
        try await withBench { bench async throws in
            let cause = TraceContext.make()
            try await TraceContext.$current.withValue(cause) { try await bench.publish("call/a", 1) }
            try await bench.deliver { try await Bench.deliveredCount($0) == 1 }
            var deliveries = bench.courier.deliveries.makeAsyncIterator()
            let delivered = await deliveries.next()
            #expect(delivered?.traceparent == cause.traceparent)
        }
    }

    @Test func `an event exists exactly when its transaction was committed`() async throws {
        struct Undo: Error {}
        try await withBench { bench async throws in
            await #expect(throws: Undo.self) {
                try await bench.database.tenant(bench.trust.tenant).transaction { transaction in
                    _ = try await Outbox.publish(
                        .recordingStored, subject: "call/a", data: Fact(number: 1), in: transaction)
                    throw Undo()
                }
            }
            try await bench.publish("call/a", 2)
            try await bench.deliver { try await Bench.deliveredCount($0) == 1 }
            #expect(try await bench.effects("call/a") == [2])
            let sequence = try await bench.database.value("SELECT last FROM outbox_sequences", as: Int64.self)
            #expect(sequence == 1)
        }
    }

    @Test func `a failing event holds back its subject alone`() async throws {
        try await withBench { bench async throws in
            bench.courier.obstacle = { $0.subject == "call/a" ? Failure(.conflict) : nil }
            for number in 1...3 {
                try await bench.publish("call/a", number)
                try await bench.publish("call/b", number)
            }
            try await bench.deliver { try await Bench.deliveredCount($0) == 3 }
            #expect(try await bench.effects("call/a") == [])
            #expect(try await bench.effects("call/b") == [1, 2, 3])
            let tried = try await bench.database.values(
                "SELECT sequence FROM outbox_deliveries WHERE failure = 'conflict' AND subscriber = 'billing'",
                as: Int64.self)
            #expect(tried == [1])
        }
    }

    @Test func `an event that fails for a day is set aside and the subject goes on`() async throws {
        try await withBench { bench async throws in
            try await bench.publish("call/a", 1)
            try await bench.publish("call/a", 2)
            try await bench.database.execute(
                "UPDATE outbox_deliveries SET first_failed_at = now() - interval '25 hours' WHERE sequence = 1")
            bench.courier.obstacle = { $0.sequence == 1 ? Failure(.conflict) : nil }
            try await bench.deliver { try await Bench.deliveredCount($0) == 1 }
            #expect(try await bench.effects("call/a") == [2])
            let parked = try await bench.database.value(
                "SELECT sequence FROM outbox_deliveries WHERE parked_at IS NOT NULL AND subscriber = 'billing'",
                as: Int64.self)
            #expect(parked == 1)
        }
    }

    @Test func `a subscriber that is away loses nothing and counts no failure`() async throws {
        try await withBench { bench async throws in
            bench.courier.obstacle = { _ in Failure(.unavailable) }
            try await bench.publish("call/a", 1)
            let running = bench.loop.spawn { await bench.service.run() }
            for await _ in bench.courier.deliveries { break }
            running.cancel()
            await running.value
            let untouched = try await bench.database.value(
                "SELECT count(*) FROM outbox_deliveries WHERE attempts = 0 AND failure IS NULL AND subscriber = 'billing'",
                as: Int.self)
            #expect(untouched == 1)
            bench.courier.obstacle = { _ in nil }
            try await bench.deliver { try await Bench.deliveredCount($0) == 1 }
            #expect(try await bench.effects("call/a") == [1])
        }
    }

    @Test func `an event whose answer was lost takes effect once`() async throws {
        try await withBench { bench async throws in
            bench.courier.losesAnswers = true
            try await bench.publish("call/a", 1)
            try await bench.deliver {
                try await $0.value("SELECT count(*) FROM outbox_deliveries WHERE failure IS NOT NULL", as: Int.self)
                    ?? 0 > 0
            }
            bench.courier.losesAnswers = false
            try await bench.database.execute("UPDATE outbox_deliveries SET next_attempt_at = now()")
            try await bench.deliver { try await Bench.deliveredCount($0) == 1 }
            #expect(try await bench.effects("call/a") == [1])
        }
    }

    @Test func `an erased payload is delivered as an empty object`() async throws {
        try await withBench { bench async throws in
            try await bench.publish("call/a", 1)
            let tenant = bench.trust.tenant
            try await bench.database.tenant(tenant).execute("DELETE FROM outbox_payloads WHERE tenant_id = \(tenant)")
            let running = bench.loop.spawn { await bench.service.run() }
            for await envelope in bench.courier.deliveries {
                #expect(envelope.data == .emptyObject)
                break
            }
            running.cancel()
            await running.value
        }
    }

    @Test func `old delivered events are removed with everything that hangs on them`() async throws {
        try await withBench { bench async throws in
            try await bench.publish("call/a", 1)
            try await bench.publish("call/a", 2)
            try await bench.deliver { try await Bench.deliveredCount($0) == 2 }
            try await bench.database.execute(
                """
                UPDATE outbox_deliveries SET delivered_at = now() - interval '8 days' WHERE sequence = 1
                """)
            try await bench.database.execute(
                "UPDATE outbox_deliveries SET delivered_at = now() - interval '8 days' WHERE subscriber = 'messaging'")
            try await bench.database.execute("UPDATE outbox_events SET occurred_at = now() - interval '8 days'")
            try await bench.deliver {
                try await $0.value("SELECT count(*) FROM outbox_events", as: Int.self) == 1
            }
            let left = try await bench.database.tenant(bench.trust.tenant).value(
                "SELECT count(*) FROM outbox_payloads WHERE tenant_id = \(bench.trust.tenant)", as: Int.self)
            #expect(left == 1)
        }
    }

    @Test func `a service is believed about its own facts only`() async throws {
        try await withBench { bench async throws in
            let envelope = EventEnvelope(
                id: .make(), type: .recordingStored, tenantID: bench.trust.tenant, subject: "call/a", sequence: 1,
                occurredAt: .now(), traceparent: nil, data: .emptyObject)
            let application = WebApplication(
                loop: bench.loop, logger: .init(service: "test", level: .error), metrics: .init(),
                routes: RouteTable(.billing, [EventReceiver.route(bench.database) { _, _ in }]),
                trust: try bench.trust.trust(), listener: .internal)
            let tenancy = await application.handler(
                try bench.trust.request(.post, "/internal/events", as: .service(.tenancy), json: envelope))
            let calls = await application.handler(
                try bench.trust.request(.post, "/internal/events", as: .service(.calls), json: envelope))
            let other = await application.handler(
                try bench.trust.request(
                    .post, "/internal/events", as: .service(.calls), in: bench.trust.otherTenant, json: envelope))
            #expect(tenancy.status == 403)
            #expect(calls.status == 204)
            #expect(other.status == 400)
        }
    }
}
