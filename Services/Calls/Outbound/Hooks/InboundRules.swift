import Models

/// How a caller is led, step by step: by the line that was called, by whose number it is, and else by assignment.
///
/// No I/O: what was decided so far is given, and the next step follows from it.
struct InboundRules: Sendable {
    /// How many agents are rung where the line does not say.
    private static let usualAgents = 3

    /// The person whose the line is.
    struct Owner: Sendable {
        var settings: VoiceSettings
        var isBusy: Bool
        /// Why it is theirs.
        var reason: String
    }

    /// A step without its place.
    struct Step: Sendable, Equatable {
        var action: RoutingAction
        var userIDs: [UserID] = []
        var address: String?
        var reason: String
    }

    enum Next: Sendable, Equatable {
        case step(Step)
        /// Somebody who is there and was not rung yet.
        case assign
    }

    var line: Line?
    var owner: Owner?
    /// Whether it is within the line's hours.
    var isOpen = true

    var routing: CallsAPI.LineRouting { line?.routing ?? CallsAPI.LineRouting() }

    var ringSeconds: Int { routing.ringSeconds ?? owner?.settings.ringSeconds ?? 25 }

    /// What follows on steps that led to nobody; `nobodyLeft` once an assignment has found nobody more.
    func next(after steps: [Step], nobodyLeft: Bool = false) -> Next {
        guard isOpen else {
            if let to = routing.closedForwardTo, steps.isEmpty {
                return .step(Step(action: .forward, address: to, reason: "outside_hours"))
            }
            return .step(last("outside_hours"))
        }
        let own = ownSteps
        if steps.count < own.count { return .step(own[steps.count]) }
        let others = steps.dropFirst(own.count)
        let isRinging = others.allSatisfy { $0.action == .ring }
        if mayAssign, !nobodyLeft, isRinging, others.count < routing.mostAgents ?? Self.usualAgents { return .assign }
        let wasRung = steps.contains { $0.action == .ring }
        let reason = wasRung ? "no_answer" : unreached
        if let to = routing.forwardTo, !steps.contains(where: { $0.address == to }) {
            return .step(Step(action: .forward, address: to, reason: reason))
        }
        return .step(last(reason))
    }

    /// Others take the calls of a line that is nobody's, or that says so.
    private var mayAssign: Bool { owner == nil || routing.mostAgents != nil || line?.team != nil }

    /// Why nobody was rung.
    private var unreached: String {
        guard let owner else { return "nobody_available" }
        return owner.isBusy ? "agent_busy" : owner.settings.isAvailable ? "no_answer" : "agent_unavailable"
    }

    /// By the settings of the person whose the line is.
    private var ownSteps: [Step] {
        guard let owner else { return [] }
        let person = owner.settings
        func forward(_ condition: ForwardingCondition) -> [Step] {
            person.forwarding(condition).map {
                [Step(action: .forward, address: $0, reason: "forward_\(condition.rawValue)")]
            } ?? []
        }
        let always = forward(.always)
        if !always.isEmpty { return always }
        guard person.isAvailable, !owner.isBusy else { return forward(.unavailable) }
        return [Step(action: .ring, userIDs: [person.userID], reason: owner.reason)] + forward(.noAnswer)
    }

    private func last(_ reason: String) -> Step {
        let hasVoicemail = routing.voicemail ?? owner?.settings.voicemailEnabled ?? true
        return Step(action: hasVoicemail ? .voicemail : .callBack, reason: reason)
    }
}
