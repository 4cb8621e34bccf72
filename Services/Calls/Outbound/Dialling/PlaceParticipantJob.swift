import Jobs
import Models
import Postgres

/// Has a carrier ring one end of a call.
struct PlaceParticipantJob: Job {
    static let kind = "place_participant"
    static let options = JobOptions(
        maxAttempts: 8, concurrency: 16, perTenant: 8, timeout: .seconds(60),
        backoff: JobBackoff(first: .seconds(1), longest: .seconds(15)))

    var participantID: ParticipantID

    static func enqueue(_ id: ParticipantID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(PlaceParticipantJob(participantID: id), about: id)
    }
}

/// Rings ends of calls once each, whatever happens on the way.
///
/// The intent is committed before the carrier is told. When nobody knows whether it was told (a crash, a lost answer),
/// the carrier is asked for a call between the two numbers that no other end is; only once it has said for long enough
/// that there is none, it is told again. A second call that shows up nevertheless is hung up where it asks what to do.
struct Placing: Sendable {
    /// Nothing of an earlier attempt can be under way after this time.
    static let settleTime = Duration.seconds(20)
    /// How far carriers' clocks may be behind ours.
    private static let clockSlack = Duration.seconds(10)
    private static let attempts = 3

    private enum Step {
        case place(CarrierOrder)
        /// Whether an attempt of then has taken effect.
        case ask(CarrierOrder, since: Timestamp)
        case done
    }

    let database: Database
    let carriers: any CarrierDirectory
    let gate: ContactGate
    let addresses: TenantAddresses
    var settleTime = Placing.settleTime

    func run(_ run: JobRun, _ id: ParticipantID) async throws {
        let tenant = run.tenant
        guard case .some((let connection, let step)) = try await begin(id, in: tenant) else { return }
        do {
            let carrier = try await carriers.carrier(connection, in: tenant)
            switch step {
            case .done: return
            case .place(let order): try await place(order, id, carrier, in: tenant)
            case .ask(let order, let since):
                if try await adopt(order, since: since, id, carrier, in: tenant) { return }
                guard Timestamp.now() - since >= settleTime else {
                    throw JobFailure(
                        "placing_unknown", "Nobody knows yet whether the carrier rings.", retryAfter: .seconds(3))
                }
                guard let order = try await again(id, in: tenant) else { return }
                try await place(order, id, carrier, in: tenant)
            }
        } catch let error as CarrierError {
            let isFinal = error.outcome == .nothing && (!error.isRetryable || run.isLastAttempt) || run.isLastAttempt
            try await note(error, id, isFinal: isFinal, in: tenant)
            throw error.jobFailure
        } catch let failure as JobFailure where run.isLastAttempt {
            try await note(CarrierError(failure.code, failure.detail), id, isFinal: true, in: tenant)
            throw failure
        }
    }

    // Before the carrier is told.

    private func begin(_ id: ParticipantID, in tenant: TenantID) async throws -> (ConnectionID, Step)? {
        try await database.tenant(tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            guard let call = try await store.call(of: id), let live = try await store.lock(call),
                let end = live.participant(id), let order = order(end, live, tenant)
            else { return nil }
            switch end.state {
            case .placing where end.externalID == nil:
                return (end.connection, .ask(order, since: end.placingAt ?? .now()))
            case .planned where live.isOver:
                _ = try await store.change(call) { $0.change(id) { $0.state = .cancelled } }
                return nil
            case .planned:
                guard try await mayRing(end, live, transaction) else { return nil }
                _ = try await store.change(call) { live in
                    live.change(id) {
                        ($0.state, $0.placingAt, $0.reason) = (.placing, .now(), nil)
                        $0.attempts += 1
                    }
                }
                return (end.connection, .place(order))
            default: return nil
            }
        }
    }

    /// The last look before somebody outside is rung; what is refused or put off ends the call with the reason.
    private func mayRing(_ end: Participant, _ live: LiveCall, _ transaction: Transaction) async throws -> Bool {
        guard end.role == .customer, let tenant = transaction.tenant else { return true }
        let question = ContactQuestion(
            .call, end.address, for: live.control.purpose, isAutomated: live.control.entryID != nil,
            by: live.call.agentID, reference: "call/\(live.call.id)", of: tenant, addresses.knowledge)
        let decision = try await gate.decide(question, in: transaction)
        guard !decision.isAllowed else { return true }
        let reason = decision.reason?.code.rawValue ?? decision.outcome.rawValue
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        _ = try await store.change(live.call.id) { live in
            live.change(end.id) { ($0.state, $0.reason, $0.leftAt) = (.cancelled, reason, .now()) }
            live.finish(.cancelled, reason: reason, now: .now())
        }
        if let entry = live.control.entryID {
            try await DialQueueStore(rows: transaction, tenant: tenant).refuse(entry, decision)
            // A retry that has become untimely while the agent's phone rang comes again by itself.
            if let notBefore = decision.notBefore,
                let retry = try await CallRetryStore(rows: transaction, tenant: tenant).reopen(
                    entry, reason: reason, at: notBefore)
            {
                let pause = max(.seconds(1), notBefore - .now())
                try await ProcessRetryJob.enqueue(retry, after: pause, in: transaction)
            }
        }
        return false
    }

    private func order(_ end: Participant, _ live: LiveCall, _ tenant: TenantID) -> CarrierOrder? {
        guard let urls = addresses.addresses(of: tenant, live.control.provider, end.connection) else { return nil }
        var order = CarrierOrder(
            to: end.address, from: live.control.callerID, url: urls.voice(end.id), statusURL: urls.status(end.id),
            ringSeconds: end.ringSeconds)
        if end.role == .customer {
            switch live.control.machineAction {
            case .connect: break
            case .hangUp: order.machines = .detect
            case .leaveMessage: order.machines = .messageEnd
            }
        }
        return order
    }

    // Telling the carrier.

    private func place(
        _ order: CarrierOrder, _ id: ParticipantID, _ carrier: any Carrier, in tenant: TenantID
    ) async throws {
        let placed = try await carrier.place(order)
        try await attach(placed.id, to: id, in: tenant)
    }

    private func attach(_ external: String, to id: ParticipantID, in tenant: TenantID) async throws {
        try await change(id, in: tenant) { live in
            guard live.attach(external, to: id) else { return }
            // It was given up meanwhile.
            if let end = live.participant(id), end.isOver || live.isOver { live.add(.hangUp(id)) }
        }
    }

    /// Looks for what an attempt has left; true when it was found.
    private func adopt(
        _ order: CarrierOrder, since: Timestamp, _ id: ParticipantID, _ carrier: any Carrier, in tenant: TenantID
    ) async throws -> Bool {
        let begin = since - Self.clockSlack
        let calls = try await carrier.calls(to: order.to, from: order.from, since: begin).filter { call in
            !call.hasParent && call.createdAt.map { $0 >= begin } ?? true
        }
        let known = try await LiveCallStore.known(
            calls.map(\.id), of: carrier.connection, database.tenant(tenant), tenant)
        guard let found = calls.last(where: { !known.contains($0.id) }) else { return false }
        try await attach(found.id, to: id, in: tenant)
        return true
    }

    /// The carrier has no call of the last attempt: the next one, or nil when there were enough or somebody has answered.
    private func again(_ id: ParticipantID, in tenant: TenantID) async throws -> CarrierOrder? {
        try await change(id, in: tenant) { live in
            guard let end = live.participant(id), end.state == .placing, end.externalID == nil else { return nil }
            guard end.attempts < Self.attempts, !live.isOver else {
                live.change(id) { $0.reason = "placing_failed" }
                live.leave(id, .failed, now: .now())
                return nil
            }
            live.change(id) {
                $0.placingAt = .now()
                $0.attempts += 1
            }
            return order(end, live, tenant)
        } ?? nil
    }

    /// Shows a failure in the state of the end; nothing was done after a refusal, so it is planned as before.
    private func note(_ error: CarrierError, _ id: ParticipantID, isFinal: Bool, in tenant: TenantID) async throws {
        try await change(id, in: tenant) { live in
            guard let end = live.participant(id), end.externalID == nil, !end.isOver else { return }
            live.change(id) {
                $0.reason = error.code
                if error.outcome == .nothing, $0.state == .placing { $0.state = .planned }
            }
            if isFinal { live.leave(id, .failed, now: .now()) }
        }
    }

    @discardableResult
    private func change<Value>(
        _ id: ParticipantID, in tenant: TenantID, _ body: (inout LiveCall) throws -> Value
    ) async throws -> Value? {
        try await database.tenant(tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            guard let call = try await store.call(of: id) else { return nil }
            return try await store.change(call, body)?.value
        }
    }
}
