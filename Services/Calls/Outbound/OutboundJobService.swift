import Jobs
import Postgres

/// The queued work of outbound calls.
struct OutboundJobs: Sendable {
    var placing: Placing
    let steering: Steering
    let dialer: DialerService
    let consequences: CallConsequences

    init(database: Database, _ parts: OutboundParts) {
        placing = Placing(
            database: database, carriers: parts.carriers, gate: parts.gate, addresses: parts.addresses)
        steering = Steering(database: database, carriers: parts.carriers, addresses: parts.addresses)
        dialer = DialerService(
            database: database,
            dialling: DialService(
                database: database, carriers: parts.carriers, gate: parts.gate, knowledge: parts.addresses.knowledge))
        consequences = CallConsequences(
            database: database, gate: parts.gate, knowledge: parts.addresses.knowledge)
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
        runner.register(DialNextJob.self, DialNextJob.options) { run, job in
            try await dialer.next(job.sessionID, in: run.tenant)
        }
        runner.register(CheckSessionJob.self, CheckSessionJob.options) { run, job in
            try await dialer.check(job.sessionID, in: run.tenant)
        }
        runner.register(SettleCallJob.self, SettleCallJob.options) { run, job in
            try await consequences.settle(job.callID, in: run.tenant)
        }
        runner.register(ProcessRetryJob.self, ProcessRetryJob.options) { run, job in
            try await consequences.process(job.retryID, in: run.tenant)
        }
    }
}
