import Jobs
import Models
import Postgres

/// Calls the next number for an agent's session.
struct DialNextJob: Job {
    static let kind = "dial_next"
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 8, perTenant: 4, timeout: .seconds(60), backoff: JobBackoff(first: .seconds(2)))

    var sessionID: DialSessionID

    static func enqueue(_ id: DialSessionID, after delay: Duration = .zero, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(DialNextJob(sessionID: id), about: id, delay: delay)
    }
}

/// Ends sessions whose consoles are gone.
struct CheckSessionJob: Job {
    static let kind = "check_dial_session"
    static let options = JobOptions(concurrency: 4, perTenant: 2, timeout: .seconds(30))

    var sessionID: DialSessionID

    static func enqueue(_ id: DialSessionID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(
            CheckSessionJob(sessionID: id), about: id, delay: DialSession.lease + .seconds(1))
    }
}

/// Gives agents one number after another.
struct DialerService: Sendable {
    /// How many numbers in a row may turn out not to be callable now before others have their turn.
    private static let looks = 50
    /// When a session without work looks again.
    private static let idle = Duration.seconds(15)

    /// Reasons that hold for every number alike.
    private static let pausing: Set<ContactReasonCode> = [.contactStopped, .rateCap, .spendCap]

    let database: Database
    let dialling: DialService

    /// Begins the next call of a session that is ready and whose pause is over; otherwise nothing.
    func next(_ id: DialSessionID, now: Timestamp = .now(), in tenant: TenantID) async throws {
        let rows = database.tenant(tenant)
        guard let session = try await DialSessionStore(rows: rows, tenant: tenant).find(id), session.state == .ready
        else { return }
        let agent = try await VoiceSettingsStore(rows: rows, tenant: tenant).find(session.userID)
        let provider: CarrierProvider
        do {
            provider = try await dialling.carrier(of: agent, in: tenant)
        } catch let error as CarrierError where error.isRetryable {
            throw error.jobFailure
        } catch {
            let detail = (error as? Failure)?.code.rawValue ?? (error as? CarrierError)?.code ?? "misconfigured"
            return try await pause(id, reason: detail, in: tenant)
        }
        try await rows.transaction { transaction in
            let sessions = DialSessionStore(rows: transaction, tenant: tenant)
            guard var session = try await sessions.lock(id), session.state == .ready,
                session.nextAt.map({ $0 <= now }) ?? true
            else { return }
            guard session.leasedUntil > now else { return }
            if try await dial(&session, agent, provider, transaction, tenant) {
                try await sessions.save(session)
            } else {
                session.nextAt = now + Self.idle
                session.reason = "nothing_due"
                try await sessions.save(session)
                try await DialNextJob.enqueue(id, after: Self.idle, in: transaction)
            }
        }
    }

    /// Claims numbers until one may be called; false when none is due.
    private func dial(
        _ session: inout DialSession, _ agent: VoiceSettings, _ provider: CarrierProvider, _ transaction: Transaction,
        _ tenant: TenantID
    ) async throws -> Bool {
        let campaigns = CampaignStore(rows: transaction, tenant: tenant)
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        var campaign: Campaign?
        if let id = session.campaignID {
            campaign = try await campaigns.find(id)
            guard campaign?.state == .running else { return false }
        }
        for _ in 0..<Self.looks {
            guard let entry = try await queue.claim(for: session) else { return false }
            var wish = DialWish(entry.number, for: entry.purpose, by: agent)
            (wish.entryID, wish.language) = (entry.id, entry.language)
            let retry = try await CallRetryStore(rows: transaction, tenant: tenant).pending(of: entry.id)
            wish.retryCount = max(entry.attempts, retry?.count ?? 0)
            if let campaign {
                wish.ringSeconds = campaign.ringSeconds
                (wish.machineAction, wish.machineMessage) = (campaign.machineAction, campaign.machineMessage)
            }
            let decision = try await dialling.look(wish, in: transaction)
            // Nobody is called for now, so it is not for this number to suffer.
            if let code = decision.reason?.code, Self.pausing.contains(code) {
                try await queue.release(entry.id, as: .pending, reason: code.rawValue)
                (session.state, session.reason, session.nextAt) = (.paused, code.rawValue, nil)
                return true
            }
            guard decision.isAllowed else {
                try await queue.refuse(entry.id, decision)
                continue
            }
            let call = try await dialling.begin(wish, over: provider, as: decision, in: transaction).call
            try await queue.dialled(entry.id, as: call.id)
            (session.state, session.entryID, session.callID) = (.dialling, entry.id, call.id)
            (session.reason, session.nextAt) = (nil, nil)
            session.calls += 1
            return true
        }
        return false
    }

    private func pause(_ id: DialSessionID, reason: String, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let sessions = DialSessionStore(rows: transaction, tenant: tenant)
            guard var session = try await sessions.lock(id), session.state == .ready else { return }
            (session.state, session.reason) = (.paused, reason)
            try await sessions.save(session)
        }
    }

    /// Ends a session whose lease is over and gives back what it had; looks again otherwise.
    func check(_ id: DialSessionID, now: Timestamp = .now(), in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let sessions = DialSessionStore(rows: transaction, tenant: tenant)
            guard let session = try await sessions.lock(id), session.state != .ended else { return }
            // A conversation goes on without the console, and what comes of it is settled first.
            guard session.leasedUntil <= now, session.state != .inCall else {
                return try await CheckSessionJob.enqueue(id, in: transaction)
            }
            try await end(session, reason: "console_lost", transaction, tenant)
        }
    }

    /// Ends a session: a call that is not answered yet is given up, and its number is due again.
    func end(
        _ session: DialSession, reason: String?, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        var session = session
        let (wasDialling, entry) = (session.state == .dialling, session.entryID)
        (session.state, session.reason, session.nextAt) = (.ended, reason, nil)
        try await DialSessionStore(rows: transaction, tenant: tenant).save(session)
        guard let entry else { return }
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        if wasDialling, let call = session.callID {
            let store = LiveCallStore(transaction: transaction, tenant: tenant)
            _ = try await store.change(call) { live in
                guard live.call.answeredAt == nil else { return }
                live.finish(.cancelled, reason: reason ?? "session_ended", now: .now())
            }
            try await queue.release(entry, as: .pending, reason: reason, notBefore: .now())
        } else if wasDialling {
            try await queue.release(entry, as: .pending, reason: reason, notBefore: .now())
        }
    }
}
