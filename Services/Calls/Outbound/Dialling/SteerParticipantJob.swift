import Jobs
import Models
import Postgres

/// Has a carrier do something with an end of a call that it has rung.
struct SteerParticipantJob: Job {
    enum Action: String, Codable {
        /// Fetch anew what to do.
        case redirect
        case hangUp = "hang_up"
    }

    static let kind = "steer_participant"
    static let options = JobOptions(
        maxAttempts: 12, concurrency: 16, perTenant: 8, timeout: .seconds(60),
        backoff: JobBackoff(first: .milliseconds(500), longest: .seconds(15)))

    var participantID: ParticipantID
    var action: Action

    static func enqueue(_ id: ParticipantID, _ action: Action, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(SteerParticipantJob(participantID: id, action: action), about: id)
    }
}

/// Has a carrier record a call, or not, as the call's state says.
struct SteerRecordingJob: Job {
    static let kind = "steer_recording"
    static let options = JobOptions(
        maxAttempts: 8, concurrency: 8, perTenant: 4, timeout: .seconds(60),
        backoff: JobBackoff(first: .milliseconds(500), longest: .seconds(15)))

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(SteerRecordingJob(callID: id), about: id)
    }
}

/// Asks the carrier about a call whose end nobody has told of.
struct WatchCallJob: Job {
    static let kind = "watch_call"
    static let options = JobOptions(concurrency: 4, perTenant: 2, timeout: .seconds(60))
    static let interval = Duration.seconds(300)

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(WatchCallJob(callID: id), about: id, delay: interval)
    }
}

/// Brings carriers to what the state of calls says; all of it may be done twice.
struct Steering: Sendable {
    let database: Database
    let carriers: any CarrierDirectory
    let addresses: TenantAddresses

    func steer(_ job: SteerParticipantJob, in tenant: TenantID) async throws {
        guard let (live, end) = try await find(job.participantID, in: tenant) else { return }
        guard let external = end.externalID else {
            guard end.state == .placing else { return }
            throw JobFailure(
                "placing_unknown", "The carrier has not said yet which call it is.", retryAfter: .seconds(2))
        }
        // An end that the carrier has told us is gone needs nothing; one that we gave up may still ring there.
        guard ![.left, .failed].contains(end.state) else { return }
        do {
            let carrier = try await carriers.carrier(end.connection, in: tenant)
            switch job.action {
            case .hangUp: try await carrier.hangUp(external, isRinging: end.state == .ringing)
            case .redirect:
                guard !live.isOver,
                    let urls = addresses.addresses(of: tenant, live.control.provider, end.connection)
                else { return }
                try await carrier.redirect(external, to: urls.voice(end.id, step: .join))
            }
        } catch let error as CarrierError {
            // The call is over at the carrier: its callback says so too.
            if ["carrier_not_found", "carrier_refused"].contains(error.code) { return }
            throw error.jobFailure
        }
    }

    func record(_ job: SteerRecordingJob, in tenant: TenantID) async throws {
        guard let live = try await read(job.callID, in: tenant), let customer = live.customer,
            let external = customer.externalID,
            let urls = addresses.addresses(of: tenant, live.control.provider, customer.connection)
        else { return }
        do {
            let carrier = try await carriers.carrier(customer.connection, in: tenant)
            guard let recording = live.control.recordingID else {
                guard live.control.recordingState == .starting, !live.isOver else { return }
                let id = try await carrier.startRecording(of: external, callback: urls.recording)
                try await change(job.callID, in: tenant) { live in
                    live.control.recordingID = id
                    if live.control.recordingState == .starting { live.control.recordingState = .running }
                }
                return
            }
            switch live.control.recordingState {
            case .paused: try await carrier.setRecording(recording, of: external, to: .paused)
            case .running where !live.isOver:
                try await carrier.setRecording(recording, of: external, to: .inProgress)
            default: break
            }
        } catch let error as CarrierError {
            if error.code == "carrier_not_found" { return }
            throw error.jobFailure
        }
    }

    /// Takes the carrier's word for every end of a call that should have been over; looks again later when it is not.
    func watch(_ job: WatchCallJob, in tenant: TenantID) async throws {
        guard let live = try await read(job.callID, in: tenant), !live.isOver else { return }
        var words: [(ParticipantID, CarrierCallStatus)] = []
        do {
            for end in live.participants where !end.isOver {
                guard let external = end.externalID else { continue }
                let carrier = try await carriers.carrier(end.connection, in: tenant)
                if let status = try await carrier.call(external).status { words.append((end.id, status)) }
            }
        } catch let error as CarrierError where error.isRetryable {
            throw error.jobFailure
        } catch is CarrierError {
            // What the carrier does not know any more is over.
            words = live.participants.filter { !$0.isOver }.map { ($0.id, .completed) }
        }
        let told = words
        try await database.tenant(tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            let changed = try await store.change(job.callID) { live in
                for (id, status) in told where status.isOver { live.report(status, of: id, now: .now()) }
                let isAlone = live.participants.allSatisfy { $0.isOver || $0.state == .planned }
                if isAlone, !live.isOver {
                    live.finish(live.call.answeredAt == nil ? .noAnswer : .completed, now: .now())
                }
            }
            if let changed, !changed.call.isOver { try await WatchCallJob.enqueue(job.callID, in: transaction) }
        }
    }

    private func find(_ id: ParticipantID, in tenant: TenantID) async throws -> (LiveCall, Participant)? {
        guard let call = try await LiveCallStore.call(of: id, database.tenant(tenant), tenant),
            let live = try await read(call, in: tenant), let end = live.participant(id)
        else { return nil }
        return (live, end)
    }

    private func read(_ id: CallID, in tenant: TenantID) async throws -> LiveCall? {
        let rows = database.tenant(tenant)
        guard let call = try await CallStore(database: database).find(id, reach: .all, in: tenant) else { return nil }
        return try await LiveCallStore.read(call, rows, tenant)
    }

    private func change(
        _ id: CallID, in tenant: TenantID, _ body: (inout LiveCall) throws -> Void
    ) async throws {
        try await database.tenant(tenant).transaction { transaction in
            _ = try await LiveCallStore(transaction: transaction, tenant: tenant).change(id, body)
        }
    }
}
