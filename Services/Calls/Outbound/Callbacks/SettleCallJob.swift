import Jobs
import Models
import Postgres

/// Draws the consequences of a call that was answered or is over: retries, call-backs, the dialer's next step.
///
/// Whoever moves a call enqueues it in the same transaction; a second run finds nothing more to do.
struct SettleCallJob: Job {
    static let kind = "settle_call"
    static let options = JobOptions(
        maxAttempts: 10, concurrency: 8, perTenant: 4, timeout: .seconds(60), backoff: JobBackoff(first: .seconds(1)))

    var callID: CallID
    /// Whether the call was ended by its provider's account, so that its ends are still to be let go of.
    var isTold: Bool?

    static func enqueue(_ id: CallID, isTold: Bool = false, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(SettleCallJob(callID: id, isTold: isTold ? true : nil), about: id)
    }
}

/// What follows from a call, by the tenant's settings.
struct CallConsequences: Sendable {
    private static let unanswered: Set<CallStatus> = [.noAnswer, .busy, .voicemail]

    let database: Database
    let knowledge: any TenantKnowledge

    /// What follows from what a provider tells of a call: statements for the same transaction, and a job where it takes one.
    static func follow(_ call: Call, _ events: [EventType], in transaction: Transaction) async throws -> [SQL] {
        guard call.origin == .live, !call.isTest, call.direction != .internal, let tenant = transaction.tenant else {
            return []
        }
        if events.contains(.callEnded) {
            let isUnanswered = (call.answeredAt == nil || call.status == .voicemail) && call.status != .completed
            let isSteered = try await LiveCallStore.isSteered(call.id, transaction, tenant)
            if isUnanswered || isSteered {
                try await SettleCallJob.enqueue(call.id, isTold: isSteered, in: transaction)
                return []
            }
        }
        guard events.contains(.callAnswered), let number = call.outsideNumber else { return [] }
        return [
            MissedCallStore.closing(number, by: call.id, in: tenant),
            CallRetryStore.cancelling(number, besides: call.id, reason: "answered", in: tenant),
        ]
    }

    func settle(
        _ id: CallID, isTold: Bool = false, now: Timestamp = .now(), in tenant: TenantID
    ) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            guard let call = try await store.call(id), call.origin == .live, !call.isTest else { return }
            let live = try await LiveCallStore.read(call, transaction, tenant)
            let isOver = ![.registered, .ringing, .inProgress].contains(call.status)
            if isTold, live != nil { _ = try await store.change(id) { $0.windUp(now: now) } }
            if call.answeredAt != nil, call.status != .voicemail { try await contacted(call, transaction, tenant) }
            if isOver { try await ended(call, live?.control, now, transaction, tenant) }
            try await session(call, live?.control, isOver: isOver, now, transaction, tenant)
        }
    }

    /// Somebody has spoken with the number: nothing of it is open any more.
    private func contacted(_ call: Call, _ transaction: Transaction, _ tenant: TenantID) async throws {
        guard let number = call.outsideNumber else { return }
        try await MissedCallStore(rows: transaction, tenant: tenant).close(number, by: call.id)
        try await CallRetryStore(rows: transaction, tenant: tenant).cancel(
            number, besides: call.id, reason: "answered")
    }

    private func ended(
        _ call: Call, _ control: CallControl?, _ now: Timestamp, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        let isUnanswered = call.answeredAt == nil || call.status == .voicemail
        switch call.direction {
        case .inbound where isUnanswered && call.status != .completed && call.status != .failed:
            guard let number = call.outsideNumber else { return }
            try await MissedCallStore(rows: transaction, tenant: tenant).add(call, number)
        case .outbound where Self.unanswered.contains(call.status):
            try await retry(call, control, now, transaction, tenant)
        case .outbound: try await release(call, control, now, transaction, tenant)
        default: break
        }
    }

    /// Plans the next attempt, as often and as late as the tenant has set.
    private func retry(
        _ call: Call, _ control: CallControl?, _ now: Timestamp, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        guard let number = call.outsideNumber else { return }
        let settings = knowledge.effectiveSettings(of: tenant)
        let store = CallRetryStore(rows: transaction, tenant: tenant)
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        if try await store.exists(of: call.id) { return }
        var entry: DialEntry?
        if let id = control?.entryID { entry = try await queue.find(id) }
        let earlier = try await store.takePending(number, besides: call.id)
        let count = max(control?.retryCount ?? 0, earlier?.count ?? 0) + 1
        let most = min(settings[Settings.callRetryAttempts], entry.map { max(0, $0.maxAttempts - 1) } ?? .max)
        guard count <= most else {
            if let entry { try await queue.release(entry.id, as: .failed, reason: call.status.rawValue) }
            if let last = entry?.id ?? earlier?.entryID {
                var given = CallRetry(
                    callID: call.id, entryID: last, leadID: entry?.leadID, count: count - 1, scheduledAt: now)
                (given.status, given.reason) = (.failed, "attempts_exhausted")
                try await store.add(given)
            }
            return
        }
        // Somebody has taken the number out of the queue meanwhile.
        if let entry, [.cancelled, .done].contains(entry.state) { return }
        let pauses = settings[Settings.callRetryHours]
        let hours = pauses.isEmpty ? 24 : pauses[min(count, pauses.count) - 1]
        let due = (call.endedAt ?? now) + .seconds(hours * 3_600)
        let retry = CallRetry(
            callID: call.id, entryID: entry?.id ?? .make(), leadID: entry?.leadID, count: count, scheduledAt: due)
        if let entry {
            try await queue.release(entry.id, as: .pending, reason: call.status.rawValue, notBefore: due)
        } else {
            var made = DialEntry(number)
            (made.id, made.agentID, made.notBefore, made.callID) = (retry.entryID, call.agentID, due, call.id)
            (made.purpose, made.reason) = (control?.purpose ?? .marketing, call.status.rawValue)
            made.language = control?.language ?? call.language
            (made.attempts, made.maxAttempts) = (0, settings[Settings.callRetryAttempts] + 1)
            _ = try await queue.add([made])
        }
        try await store.add(retry)
        try await ProcessRetryJob.enqueue(retry.id, after: max(.zero, due - now), in: transaction)
    }

    /// A queue's number whose call has come to something, or to nothing.
    private func release(
        _ call: Call, _ control: CallControl?, _ now: Timestamp, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        guard let id = control?.entryID else { return }
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        guard let entry = try await queue.find(id), entry.state == .claimed, entry.callID == call.id else { return }
        switch call.status {
        case .completed: try await queue.release(id, as: .done, reason: nil)
        // The agent did not come to the phone, so the number is not to blame, and a retry has not been one.
        case .cancelled:
            try await queue.release(id, as: .pending, reason: call.providerStatus, notBefore: now)
            let retries = CallRetryStore(rows: transaction, tenant: tenant)
            if try await retries.reopen(id, reason: "agent_no_answer") != nil, entry.campaignID == nil {
                try await queue.raise(id, reason: "retry_due")
            }
        default: try await queue.release(id, as: .failed, reason: call.providerStatus ?? call.status.rawValue)
        }
    }

    /// The session that the call belongs to goes on.
    private func session(
        _ call: Call, _ control: CallControl?, isOver: Bool, _ now: Timestamp, _ transaction: Transaction,
        _ tenant: TenantID
    ) async throws {
        let sessions = DialSessionStore(rows: transaction, tenant: tenant)
        guard var session = try await sessions.lock(calling: call.id) else { return }
        if !isOver {
            guard session.state == .dialling else { return }
            session.state = .inCall
            return try await sessions.save(session)
        }
        guard [.dialling, .inCall].contains(session.state) else { return }
        let wasAnswered = call.answeredAt != nil && call.status == .completed
        if wasAnswered {
            session.state = .wrapUp
            return try await sessions.save(session)
        }
        (session.entryID, session.callID) = (nil, nil)
        let agentCame = try await LiveCallStore.agentCame(call.id, transaction, tenant)
        let wasRefused = call.providerStatus.flatMap(ContactReasonCode.init(rawValue:)) != nil
        if !agentCame, !wasRefused {
            (session.state, session.reason) = (.paused, "agent_no_answer")
            return try await sessions.save(session)
        }
        let campaign =
            if let id = session.campaignID {
                try await CampaignStore(rows: transaction, tenant: tenant).find(id)
            } else { nil as Campaign? }
        let pause = Duration.seconds(campaign?.pauseSeconds ?? 0)
        (session.state, session.nextAt, session.reason) = (.ready, now + pause, nil)
        try await sessions.save(session)
        try await DialNextJob.enqueue(session.id, after: pause, in: transaction)
    }
}

extension Call {
    /// The number of whoever is not ours.
    var outsideNumber: String? {
        switch direction {
        case .inbound: from.number
        case .outbound: to.number
        case .internal: nil
        }
    }
}
