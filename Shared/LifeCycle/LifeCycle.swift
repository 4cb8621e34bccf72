package import Clients
package import Events
import IO
package import Jobs
import JSON
package import Models
package import Postgres
package import ServiceKit
import Telemetry

/// A service's part in the life and death of tenants and people: it erases when it is asked, and gives out all it has.
///
/// Put together on the loop that runs the service's jobs.
package struct LifeCycle: Sendable {
    private let database: Database
    private let erasing: Erasing

    package init(_ database: Database, steps: ErasureSteps = .none) {
        self.database = database
        erasing = Erasing(database: database, steps: steps)
    }

    /// Has a runner do what tenancy asks for.
    package func register(on runner: JobRunner, tenancy: ServiceClient) {
        runner.register(EraseJob.self, EraseJob.options) { [erasing] run, job in
            try await erasing.run(run, job, tenancy: tenancy)
        }
    }

    /// What `/internal/events` does with an event: one that asks to erase becomes a job, the others go on to the service.
    package static func receiving(_ handler: @escaping EventReceiver.Handler = { _, _ in }) -> EventReceiver.Handler {
        { envelope, transaction in
            guard envelope.type == .erasureRequested else { return try await handler(envelope, transaction) }
            let event = try envelope.data.decode(InternalAPI.ErasureEvent.self)
            try await JobQueue(transaction).enqueue(EraseJob(erasureID: event.erasureID), about: event.erasureID)
        }
    }

    /// The work of a service that has no other jobs and no other events: erasing, and answering.
    package static func runs(
        _ seat: ServiceSeat<some ServiceConfiguration>, of service: ServiceName,
        clients: @escaping @Sendable (ServiceName) -> ServiceClient
    ) -> [@Sendable () async -> Void] {
        let runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        LifeCycle(seat.database).register(on: runner, tenancy: clients(.tenancy))
        let outbox = OutboxService(
            seat.loop, seat.database, publisher: service, delivery: InternalEventDelivery(clients), logger: seat.logger,
            metrics: seat.metrics)
        return [{ await runner.run() }, { await outbox.run() }]
    }
}
