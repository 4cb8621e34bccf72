import Jobs
import Postgres

/// The queued work of outbound calls.
struct OutboundJobs: Sendable {
    var placing: Placing
    let steering: Steering
    let dialer: DialerService
    let consequences: CallConsequences
    let retries: DueRetries
    let prices: CallPrices

    init(database: Database, _ parts: OutboundParts) {
        placing = Placing(
            database: database, carriers: parts.carriers, gate: parts.gate, addresses: parts.addresses)
        steering = Steering(database: database, carriers: parts.carriers, addresses: parts.addresses)
        let dialling = DialService(
            database: database, carriers: parts.carriers, gate: parts.gate, knowledge: parts.addresses.knowledge)
        dialer = DialerService(database: database, dialling: dialling)
        consequences = CallConsequences(database: database, knowledge: parts.addresses.knowledge)
        retries = DueRetries(database: database, dialling: dialling)
        prices = CallPrices(
            database: database, carriers: parts.carriers, knowledge: parts.addresses.knowledge)
    }

    func register(on runner: JobRunner) {
        runner.register(PlaceParticipantJob.self, PlaceParticipantJob.options) { run, job in
            try await placing.run(run, job.participantID)
        }
        runner.register(SteerParticipantJob.self, SteerParticipantJob.options) { run, job in
            try await steering.steer(job, in: run.tenant)
        }
        runner.register(SteerRecordingJob.self, SteerRecordingJob.options) { run, job in
            try await steering.record(job, in: run.tenant)
        }
        runner.register(WatchCallJob.self, WatchCallJob.options) { run, job in
            try await steering.watch(job, in: run.tenant)
        }
        runner.register(PriceCallJob.self, PriceCallJob.options) { run, job in
            try await prices.run(job, isLastAttempt: run.isLastAttempt, in: run.tenant)
        }
        runner.register(DialNextJob.self, DialNextJob.options) { run, job in
            try await dialer.next(job.sessionID, in: run.tenant)
        }
        runner.register(CheckSessionJob.self, CheckSessionJob.options) { run, job in
            try await dialer.check(job.sessionID, in: run.tenant)
        }
        runner.register(SettleCallJob.self, SettleCallJob.options) { run, job in
            try await consequences.settle(job.callID, isTold: job.isTold ?? false, in: run.tenant)
        }
        runner.register(ProcessRetryJob.self, ProcessRetryJob.options) { run, job in
            try await retries.process(job.retryID, in: run.tenant)
        }
    }
}
