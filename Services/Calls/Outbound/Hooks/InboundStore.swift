import JSON
import Models
import Postgres

/// Calls that come in by a carrier that asks what to do with them.
struct InboundStore: Sendable {
    let transaction: Transaction
    let tenant: TenantID
    let connection: ConnectionID
    /// The tenant's.
    let country: String
    let timeZone: TimeZoneName
    let settings: EffectiveSettings

    private var routings: RoutingStore { RoutingStore(rows: transaction, tenant: tenant) }

    /// Begins a call that has come in and says what its caller hears; the same call is never begun twice.
    func begin(_ question: VoiceQuestion, _ urls: VoiceAddresses) async throws -> [VoiceMarkup] {
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        let to = Party(reading: question.to, country: country)
        let line = to.number ?? to.value
        let rules = try await rules(for: line, besides: nil)
        var draft = CallDraft(
            externalID: question.external, origin: .live, direction: .inbound,
            from: Party(reading: question.from, country: country), to: to, status: .ringing, startedAt: .now(),
            metadata: .emptyObject)
        draft.source = urls.connection.jsonText
        draft.agentID = rules.owner?.settings.userID
        let (call, isNew) = try await store.insert(draft)
        var known = try await LiveCallStore.read(call, transaction, tenant)
        if known == nil {
            var caller = Participant(
                callID: call.id, connection: urls.connection, role: .customer, address: call.from.value)
            (caller.externalID, caller.state) = (question.external, .ringing)
            var control = CallControl(
                callID: call.id, connection: urls.connection, provider: urls.provider, callerID: line,
                isConference: false)
            control.language = LeadLanguage.detect(
                stated: rules.routing.language, number: call.from.number, country: country)
            let live = LiveCall(call: call, control: control, participants: [caller])
            try await store.insert(live)
            known = live
            if isNew { try await CallEvents.publish(.callRinging, of: call, in: transaction) }
        }
        // Else the carrier has lost our first answer and asks again.
        guard let known, let caller = known.customer else { return [.hangUp] }
        return try await answer(question, about: caller.id, known, rules, urls)
    }

    /// What an end of a call that has come in is to do.
    func answer(
        _ question: VoiceQuestion, about end: ParticipantID, _ live: LiveCall, _ urls: VoiceAddresses
    ) async throws -> [VoiceMarkup] {
        let rules = try await rules(for: live.control.callerID, besides: live.call.id)
        return try await answer(question, about: end, live, rules, urls)
    }

    private func answer(
        _ question: VoiceQuestion, about end: ParticipantID, _ live: LiveCall, _ rules: InboundRules,
        _ urls: VoiceAddresses
    ) async throws -> [VoiceMarkup] {
        let words = VoiceWords(
            callee: live.control.language, line: rules.line?.routing, tenant: settings[Settings.language])
        var plan: InboundPlan?
        // Only the caller is led on, and not once the call is over or in a room.
        if live.customer?.id == end, question.leads, !live.isOver, !live.control.isConference {
            plan = try await self.plan(
                at: question.step == .dialled ? question.index : 0, of: live, rules, words)
        }
        let found = plan
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        let answer = try await store.change(live.call.id) { live in
            live.answer(question, about: end, plan: found, words: words, urls: urls, now: .now())
        }
        return answer?.value ?? [.hangUp]
    }

    // Deciding.

    /// What is known of a number of ours that was called.
    func rules(for number: String, besides call: CallID?) async throws -> InboundRules {
        let line = try await LineStore(rows: transaction).line(
            for: number, source: connection.jsonText, at: .now(), in: tenant)
        var rules = InboundRules(line: line)
        rules.isOpen = try await routings.isOpen(rules.routing.hours ?? [], in: rules.routing.timeZone ?? timeZone)
        // A line of a team is not one person's, whoever has its number among theirs.
        if line?.agentID != nil || line?.team == nil {
            rules.owner = try await routings.owner(of: number, agent: line?.agentID, besides: call)
        }
        return rules
    }

    /// The step at a place: the one that was decided, or the next.
    private func plan(
        at index: Int, of live: LiveCall, _ rules: InboundRules, _ words: VoiceWords
    ) async throws -> InboundPlan {
        var steps = try await routings.steps(of: live.call.id).map {
            InboundRules.Step(action: $0.action, userIDs: $0.userIDs, address: $0.address, reason: $0.reason)
        }
        if index >= steps.count {
            let step = try await decide(after: steps, live, rules)
            try await routings.add(step, at: steps.count, of: live.call.id, line: rules.line?.id)
            steps.append(step)
        }
        let step = steps[min(index, steps.count - 1)]
        var plan = InboundPlan(attempt: .nobody, ringSeconds: rules.ringSeconds)
        plan.agentID = rules.owner?.settings.userID
        plan.recording = try await recording(of: live, rules)
        switch step.action {
        case .ring: plan.attempt = .ring(try await routings.phones(of: step.userIDs))
        case .forward: plan.attempt = .forward(.init(address: step.address ?? "", userID: plan.agentID))
        case .voicemail: plan.attempt = .voicemail(greeting: greeting(rules, words))
        case .callBack: plan.attempt = .nobody
        }
        return plan
    }

    /// What the caller's region, the tenant's rules and the line ask for; nothing where its owner records nothing.
    private func recording(of live: LiveCall, _ rules: InboundRules) async throws -> RecordingPolicy {
        guard rules.owner?.settings.autoRecord != false else { return .never }
        return try await RecordingConsents.policy(
            with: live.call.from.number, setting: rules.routing.recording ?? settings[Settings.recordingPolicy],
            country: country, in: tenant, transaction
        ).policy
    }

    /// The line's own words before the person's, and both before those of the house.
    private func greeting(_ rules: InboundRules, _ words: VoiceWords) -> Spoken {
        guard words.texts?.greeting == nil, let own = rules.owner?.settings.voicemailGreeting else {
            return words[.greeting]
        }
        return words.written(own)
    }

    private func decide(
        after steps: [InboundRules.Step], _ live: LiveCall, _ rules: InboundRules
    ) async throws -> InboundRules.Step {
        switch rules.next(after: steps) {
        case .step(let step): return step
        case .assign:
            if let step = try await assign(besides: steps.flatMap(\.userIDs), live, rules) { return step }
            guard case .step(let step) = rules.next(after: steps, nobodyLeft: true) else {
                return InboundRules.Step(action: .callBack, reason: "nobody_available")
            }
            return step
        }
    }

    /// Rings whoever the assignment gives the call; everybody where tenancy has told of nobody yet.
    private func assign(
        besides rung: [UserID], _ live: LiveCall, _ rules: InboundRules
    ) async throws -> InboundRules.Step? {
        let reachable = try await routings.reachable(
            over: connection, team: rules.line?.team, besides: rung, call: live.call.id)
        guard !reachable.isEmpty else { return nil }
        if try await AgentStore(tenant: tenant).isEmpty(transaction) {
            return InboundRules.Step(action: .ring, userIDs: reachable, reason: "everybody")
        }
        let wish = AssignmentWish(
            callID: live.call.id, postalCode: nil, language: live.control.language, skills: [],
            mustMatchSkills: false, mustMatchLanguage: false, among: reachable)
        let made = try await AssignmentService().assign(wish, in: transaction)
        guard let user = made.userID else { return nil }
        return InboundRules.Step(action: .ring, userIDs: [user], reason: made.reason.rawValue)
    }
}
