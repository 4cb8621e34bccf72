import Events
import Jobs
import Models
import Postgres

/// Has an unanswered call made again, unless something speaks against it.
struct ProcessRetryJob: Job {
    static let kind = "process_call_retry"
    static let options = JobOptions(
        maxAttempts: 10, concurrency: 4, perTenant: 2, timeout: .seconds(60), backoff: JobBackoff(first: .seconds(5)))

    var retryID: CallRetryID

    static func enqueue(_ id: CallRetryID, after delay: Duration, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(ProcessRetryJob(retryID: id), about: id, delay: delay)
    }
}

/// What happens to unanswered calls whose next attempt is due.
///
/// A number of a campaign waits there for the next agent. Another one is the agent's who made the call: it goes to the
/// head of their dialer when they are at it, or else their phone rings, as if they had clicked. Taking the number and
/// beginning the call are one transaction, so that nobody is rung twice by whatever crash or repetition.
struct DueRetries: Sendable {
    /// The data of `call.retry_due`.
    struct Facts: Codable, Sendable {
        var callID: CallID
        var retryID: CallRetryID
        var entryID: DialEntryID
        var agentID: UserID?
        var retryCount: Int
    }

    /// How the agent's phone can be rung, or why it cannot.
    private enum Phone {
        case ready(VoiceSettings, CarrierProvider)
        case silent(String)
    }

    /// When an agent who is in a call is looked at again.
    private static let busyPause = Duration.seconds(120)
    /// When a tenant without anybody who is there is.
    private static let emptyPause = Duration.seconds(900)

    let database: Database
    let dialling: DialService

    /// Cancelled when the person may not be called, later when not now, and else called.
    func process(_ id: CallRetryID, now: Timestamp = .now(), in tenant: TenantID) async throws {
        let rows = database.tenant(tenant)
        guard let retry = try await CallRetryStore(rows: rows, tenant: tenant).find(id), retry.status == .pending,
            let entry = try await DialQueueStore(rows: rows, tenant: tenant).find(retry.entryID),
            entry.state == .pending
        else { return }
        var phone = Phone.silent("nobody_available")
        var agent = entry.agentID
        if entry.campaignID == nil {
            if agent == nil { agent = try await assign(entry, in: tenant) }
            if let agent { phone = try await self.phone(of: agent, in: tenant) }
        }
        let (found, user) = (phone, agent)
        try await rows.transaction { transaction in
            try await proceed(id, found, user, now, transaction, tenant)
        }
    }

    private func proceed(
        _ id: CallRetryID, _ phone: Phone, _ agent: UserID?, _ now: Timestamp, _ transaction: Transaction,
        _ tenant: TenantID
    ) async throws {
        let store = CallRetryStore(rows: transaction, tenant: tenant)
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        guard let retry = try await store.find(id), retry.status == .pending,
            let entry = try await queue.find(retry.entryID), entry.state == .pending
        else { return }
        let decision = try await dialling.gate.decide(
            ContactQuestion(
                .call, entry.number, for: entry.purpose, isAutomated: true, by: agent, of: tenant,
                dialling.knowledge, isRecorded: false), in: transaction)
        guard decision.isAllowed else {
            try await queue.refuse(entry.id, decision)
            guard let notBefore = decision.notBefore else { return }
            try await store.reschedule(id, to: notBefore)
            return try await ProcessRetryJob.enqueue(
                id, after: max(.seconds(1), notBefore - now), in: transaction)
        }
        // Told once, however often it is looked at until it is called.
        if retry.reason == nil {
            let facts = Facts(
                callID: retry.callID, retryID: id, entryID: entry.id, agentID: agent, retryCount: retry.count)
            _ = try await Outbox.publish(.callRetryDue, subject: "call/\(retry.callID)", data: facts, in: transaction)
        }
        guard entry.campaignID == nil else { return try await store.note(id, "waits_in_campaign") }
        guard let agent else {
            try await store.note(id, "nobody_available")
            return try await ProcessRetryJob.enqueue(id, after: Self.emptyPause, in: transaction)
        }
        try await call(retry, entry, decision, phone, agent, now, transaction, tenant)
    }

    /// To the head of the agent's dialer, or to the agent's phone.
    private func call(
        _ retry: CallRetry, _ entry: DialEntry, _ decision: ContactDecision, _ phone: Phone, _ agent: UserID,
        _ now: Timestamp, _ transaction: Transaction, _ tenant: TenantID
    ) async throws {
        let store = CallRetryStore(rows: transaction, tenant: tenant)
        let queue = DialQueueStore(rows: transaction, tenant: tenant)
        let sessions = DialSessionStore(rows: transaction, tenant: tenant)
        func wait(_ reason: String) async throws {
            try await queue.raise(entry.id, reason: "retry_due")
            try await store.note(retry.id, reason)
        }
        if let session = try await sessions.present(of: agent, at: now) {
            try await wait("at_dialer")
            if session.state == .ready { try await DialNextJob.enqueue(session.id, in: transaction) }
            return
        }
        guard case .ready(let settings, let provider) = phone else {
            if case .silent(let reason) = phone { try await wait(reason) }
            return
        }
        guard try await !sessions.isBusy(agent) else {
            try await wait("agent_busy")
            return try await ProcessRetryJob.enqueue(retry.id, after: Self.busyPause, in: transaction)
        }
        guard try await queue.take(entry.id) else { return }
        var wish = DialWish(entry.number, for: entry.purpose, by: settings)
        (wish.entryID, wish.retryCount, wish.language) = (entry.id, retry.count, entry.language)
        let live = try await dialling.begin(wish, over: provider, as: decision, in: transaction)
        try await queue.dialled(entry.id, as: live.call.id)
    }

    /// Whose a number is that nobody has called by hand; nil while nobody is there.
    private func assign(_ entry: DialEntry, in tenant: TenantID) async throws -> UserID? {
        let country = dialling.knowledge.effectiveSettings(of: tenant)[Settings.country]
        let wish = AssignmentWish(
            callID: nil, postalCode: nil,
            language: LeadLanguage.detect(stated: entry.language, number: entry.number, country: country), skills: [],
            mustMatchSkills: false, mustMatchLanguage: false, among: nil)
        return try await database.tenant(tenant).transaction { transaction in
            // A look first: what is tried every few minutes leaves no record each time.
            let look = try await AssignmentService().assign(wish, isFinal: false, in: transaction)
            guard look.userID != nil,
                let agent = try await AssignmentService().assign(wish, in: transaction).userID
            else { return nil }
            try await DialQueueStore(rows: transaction, tenant: tenant).give(entry.id, to: agent)
            return agent
        }
    }

    private func phone(of agent: UserID, in tenant: TenantID) async throws -> Phone {
        let settings = try await VoiceSettingsStore(rows: database.tenant(tenant), tenant: tenant).find(agent)
        guard settings.isAvailable else { return .silent("agent_unavailable") }
        do { return .ready(settings, try await dialling.carrier(of: settings, in: tenant)) } catch let error
            as CarrierError
        {
            // An outage passes; a connection that is none does not.
            if error.isRetryable { throw error.jobFailure }
            return .silent(error.code)
        } catch is Failure {
            return .silent("agent_without_phone")
        }
    }
}
