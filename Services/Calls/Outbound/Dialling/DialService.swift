import JSON
import Models
import PhoneNumbers
import Postgres

/// Somebody who is to be called, and by whom.
struct DialWish: Sendable {
    /// E.164.
    var number: String
    var purpose: ContactPurpose
    var agent: VoiceSettings
    var ring: RingOrder
    var ringSeconds = 30
    var machineAction = MachineAction.connect
    var machineMessage: String?
    var entryID: DialEntryID?
    var retryCount = 0
    /// What the callee speaks, where somebody has said so.
    var language: String?

    init(_ number: String, for purpose: ContactPurpose, by agent: VoiceSettings, ring: RingOrder? = nil) {
        self.number = number
        self.purpose = purpose
        self.agent = agent
        self.ring = ring ?? agent.ring
    }
}

/// Begins calls to somebody outside: first the agent's phone rings, then theirs.
///
/// The row, its ends and the job that rings the first are one transaction; the decision whether the person may be
/// contacted is asked for here, so that a refusal is told at once, and again right before they are rung (`Placing`).
struct DialService: Sendable {
    let database: Database
    let carriers: any CarrierDirectory
    let gate: ContactGate
    let knowledge: any TenantKnowledge

    /// The carrier of an agent who can call; 409 while the agent's settings lack something.
    func carrier(of agent: VoiceSettings, in tenant: TenantID) async throws -> CarrierProvider {
        guard let connection = agent.connection, agent.callerID != nil else {
            throw Failure(.conflict, "Choose a connection and a caller id in the voice settings first.")
        }
        return try await carriers.carrier(connection, in: tenant).provider
    }

    /// What may be, without a record: a look.
    func look(_ wish: DialWish, in transaction: Transaction) async throws -> ContactDecision {
        guard let tenant = transaction.tenant else { preconditionFailure("a call belongs to a tenant") }
        let question = ContactQuestion(
            .call, wish.number, for: wish.purpose, isAutomated: wish.entryID != nil, by: wish.agent.userID,
            of: tenant, knowledge, isRecorded: false)
        return try await gate.decide(question, in: transaction)
    }

    /// Begins a call that may be.
    func begin(
        _ wish: DialWish, over provider: CarrierProvider, as decision: ContactDecision, in transaction: Transaction
    ) async throws -> LiveCall {
        guard let tenant = transaction.tenant, let connection = wish.agent.connection,
            let callerID = wish.agent.callerID
        else { throw Failure(.conflict) }
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        let call = try await store.insert(draft(wish, connection, callerID)).call
        var control = CallControl(
            callID: call.id, connection: connection, provider: provider, callerID: callerID, purpose: wish.purpose)
        control.recordingPolicy = wish.agent.autoRecord ? decision.recording : .never
        (control.machineAction, control.machineMessage) = (wish.machineAction, wish.machineMessage)
        (control.entryID, control.retryCount) = (wish.entryID, wish.retryCount)
        control.language = LeadLanguage.detect(
            stated: wish.language, number: wish.number,
            country: knowledge.effectiveSettings(of: tenant)[Settings.country])
        var ends = wish.agent.ringing(wish.ring).map { address in
            Participant(
                callID: call.id, connection: connection, role: .agent, userID: wish.agent.userID, address: address,
                ringSeconds: wish.agent.ringSeconds)
        }
        ends.append(
            Participant(
                callID: call.id, connection: connection, role: .customer, address: wish.number,
                ringSeconds: wish.ringSeconds))
        var live = LiveCall(call: call, control: control, participants: ends)
        live.add(.place(ends[0].id))
        try await store.insert(live)
        return live
    }

    private func draft(_ wish: DialWish, _ connection: ConnectionID, _ callerID: String) -> CallDraft {
        var draft = CallDraft(
            origin: .live, direction: .outbound,
            from: Party(kind: .phone, value: callerID, number: callerID, raw: callerID),
            to: Party(kind: .phone, value: wish.number, number: wish.number, raw: wish.number),
            status: .registered, startedAt: .now(), agentID: wish.agent.userID, metadata: .emptyObject)
        draft.source = connection.jsonText
        return draft
    }
}

extension ContactDecision {
    /// What whoever wanted to call is told; nil when they may.
    var refusal: Failure? {
        guard !isAllowed else { return nil }
        let detail = reason?.detail ?? "This person may not be called."
        guard let notBefore else { return Failure(.contactRefused, detail) }
        return Failure(.contactRefused, "\(detail) Not before \(notBefore).")
    }
}
