import JSON
import Models
import Postgres

/// Calls that come in by a carrier that asks what to do with them.
struct InboundStore: Sendable {
    private static let everybody: Int32 = 10

    let transaction: Transaction
    let tenant: TenantID

    /// Begins a call that has come in and says what its caller hears; the same call is never begun twice.
    func begin(
        _ question: VoiceQuestion, _ urls: VoiceAddresses, _ country: String, _ settings: EffectiveSettings
    ) async throws -> [VoiceMarkup] {
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        let to = Party(reading: question.to, country: country)
        let line = to.number ?? to.value
        let plan = try await plan(for: line, besides: nil, settings[Settings.recordingPolicy])
        var draft = CallDraft(
            externalID: question.external, origin: .live, direction: .inbound,
            from: Party(reading: question.from, country: country), to: to, status: .ringing, startedAt: .now(),
            metadata: .emptyObject)
        draft.source = urls.connection.jsonText
        draft.agentID = plan.agentID
        let (call, isNew) = try await store.insert(draft)
        if let known = try await LiveCallStore.read(call, transaction, tenant), let caller = known.customer {
            // The carrier has lost our first answer and asks again.
            return try await answer(question, caller.id, call.id, plan, urls)
        }
        var caller = Participant(
            callID: call.id, connection: urls.connection, role: .customer, address: call.from.value)
        (caller.externalID, caller.state) = (question.external, .ringing)
        let control = CallControl(
            callID: call.id, connection: urls.connection, provider: urls.provider, callerID: line,
            isConference: false)
        try await store.insert(LiveCall(call: call, control: control, participants: [caller]))
        if isNew { try await CallEvents.publish(.callRinging, of: call, in: transaction) }
        return try await answer(question, caller.id, call.id, plan, urls)
    }

    private func answer(
        _ question: VoiceQuestion, _ caller: ParticipantID, _ call: CallID, _ plan: InboundPlan, _ urls: VoiceAddresses
    ) async throws -> [VoiceMarkup] {
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        let answer = try await store.change(call) { live in
            live.answer(question, about: caller, plan: plan, urls: urls, now: .now())
        }
        return answer?.value ?? [.hangUp]
    }

    /// Who is rung for a number of ours: the person whose it is, or everybody who is there.
    func plan(
        for line: String, besides call: CallID?, _ recording: RecordingPolicy
    ) async throws -> InboundPlan {
        let people = try await transaction.query(
            """
            SELECT \(unescaped: VoiceSettings.columns),
                EXISTS (SELECT FROM call_participants AS p JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                    WHERE p.tenant_id = \(tenant) AND p.user_id = s.user_id AND p.state = 'joined'
                      AND c.status = 'in_progress' AND c.id IS DISTINCT FROM \(call)),
                numbers @> ARRAY[\(line)]
            FROM user_voip_settings AS s
            WHERE tenant_id = \(tenant) AND (numbers @> ARRAY[\(line)] OR is_available)
            ORDER BY numbers @> ARRAY[\(line)] DESC, updated_at LIMIT \(Self.everybody)
            """
        ) { row in
            (settings: try VoiceSettings(row: &row), isBusy: try row.next(Bool.self), isOwn: try row.next(Bool.self))
        }
        if let own = people.first(where: \.isOwn) {
            return InboundPlan(for: own.settings, isBusy: own.isBusy, recording: recording)
        }
        return InboundPlan(for: people.filter { !$0.isBusy }.map(\.settings), recording: recording)
    }
}
