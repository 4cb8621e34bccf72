import Models

/// A call that is steered here with its ends: what happens to one end, and what follows from it for the others.
///
/// No I/O: what has to be done outside is collected in `effects`, and done by jobs of the same transaction.
struct LiveCall: Sendable {
    /// Something that follows from a change.
    enum Effect: Sendable, Equatable {
        case place(ParticipantID)
        /// The carrier fetches anew what to do with the end.
        case steer(ParticipantID)
        case hangUp(ParticipantID)
        case startRecording
        /// The carrier's recording is to be as the state says.
        case setRecording
        case answered
        case ended
        /// What let the call be recorded, or did not.
        case prove(CallsAPI.RecordingProof)
    }

    var call: Call
    var control: CallControl
    var participants: [Participant]
    private(set) var effects: [Effect] = []

    init(call: Call, control: CallControl, participants: [Participant]) {
        self.call = call
        self.control = control
        self.participants = participants
    }

    var isOver: Bool { ![.registered, .ringing, .inProgress].contains(call.status) }
    var customer: Participant? { participants.first { $0.role == .customer } }

    func participant(_ id: ParticipantID) -> Participant? { participants.first { $0.id == id } }

    mutating func change(_ id: ParticipantID, _ body: (inout Participant) -> Void) {
        guard let index = participants.firstIndex(where: { $0.id == id }) else { return }
        body(&participants[index])
    }

    mutating func add(_ effect: Effect) {
        if !effects.contains(effect) { effects.append(effect) }
    }

    // What carriers tell.

    /// Notes which of the carrier's calls an end is; false for a second one, which must not go on.
    mutating func attach(_ external: String, to id: ParticipantID) -> Bool {
        guard let known = participant(id) else { return false }
        if let present = known.externalID { return present == external }
        change(id) {
            $0.externalID = external
            if [.planned, .placing].contains($0.state) { $0.state = .ringing }
        }
        if known.role == .customer, call.externalID == nil { call.externalID = external }
        return true
    }

    /// Takes the carrier's word for how an end is; words come late, twice and out of order.
    mutating func report(_ status: CarrierCallStatus, of id: ParticipantID, now: Timestamp) {
        guard let end = participant(id), !end.isOver else { return }
        switch status {
        case .queued, .initiated: break
        case .ringing:
            if end.role == .customer, call.status == .registered { call.status = .ringing }
        case .inProgress:
            // In a room an end has joined only once it asks for the room: before that it hears an announcement.
            if !control.isConference, end.role != .customer { join(id, now: now) }
        case .completed, .busy, .failed, .canceled, .noAnswer: leave(id, status, now: now)
        }
    }

    /// An end is in the call now.
    mutating func join(_ id: ParticipantID, now: Timestamp) {
        guard let end = participant(id), !end.isOver, end.state != .joined else { return }
        change(id) {
            $0.state = .joined; $0.joinedAt = $0.joinedAt ?? now
        }
        if let replaced = end.replaces, let leaver = participant(replaced), !leaver.isOver { add(.hangUp(replaced)) }
        if end.role == .agent, call.direction == .inbound || end.replaces != nil { call.agentID = end.userID }
        let joined = participants.filter { $0.state == .joined }
        let isConversation =
            joined.contains { $0.role == .customer } && joined.contains { $0.role != .customer }
        if end.role == .agent, call.direction == .outbound, let customer, customer.state == .planned {
            add(.place(customer.id))
        }
        guard isConversation, call.status == .registered || call.status == .ringing else { return }
        call.status = .inProgress
        call.answeredAt = max(now, call.startedAt)
        add(.answered)
        if [.always, .announcement].contains(control.recordingPolicy), control.recordingState == .none {
            control.recordingState = .starting
            add(.startRecording)
        }
    }

    /// An end is gone, with the carrier's word for why.
    mutating func leave(_ id: ParticipantID, _ status: CarrierCallStatus, now: Timestamp) {
        guard let end = participant(id), !end.isOver else { return }
        change(id) {
            $0.leftAt = now
            $0.state = $0.joinedAt == nil ? .failed : .left
            if $0.joinedAt == nil { $0.reason = $0.reason ?? Self.reason(status) }
        }
        guard !isOver else {
            // Its provider's own account may have ended it before this word came.
            if control.recordingState != .none { control.recordingState = .stopped }
            return closeCustomer(now: now)
        }
        if end.role == .customer {
            finish(end.joinedAt == nil ? Self.outcome(status) : .completed, now: now)
        } else if end.role == .agent {
            agentLeft(now: now)
        }
    }

    /// Without an agent nobody is left to speak with: the next phone of the agent is rung, or the call is over.
    private mutating func agentLeft(now: Timestamp) {
        let agents = participants.filter { $0.role == .agent && !$0.isOver }
        if agents.contains(where: { $0.state != .planned }) { return }
        if let next = agents.first {
            add(.place(next.id))
        } else if call.direction == .outbound || control.isConference {
            // A caller whom the carrier still rings others for is asked for by `action` of the markup.
            finish(call.answeredAt == nil ? .cancelled : .completed, now: now)
        }
    }

    /// A call that came in is over by what its carrier tells of it as a whole; nobody tells of the caller's end apart.
    private mutating func closeCustomer(now: Timestamp) {
        guard call.direction == .inbound, !participants.contains(where: { $0.role != .customer && !$0.isOver }),
            let customer, !customer.isOver
        else { return }
        change(customer.id) { ($0.state, $0.leftAt) = (.left, now) }
    }

    /// Ends the call for everybody but one, whose end comes by itself.
    mutating func finish(
        _ status: CallStatus, reason: String? = nil, sparing spared: ParticipantID? = nil, now: Timestamp
    ) {
        guard !isOver else { return }
        call.status = status
        call.endedAt = max(now, call.startedAt)
        for end in participants where !end.isOver {
            if end.state == .planned {
                change(end.id) {
                    $0.state = .cancelled; $0.reason = reason; $0.leftAt = now
                }
            } else if end.id != spared {
                add(.hangUp(end.id))
            }
        }
        if let reason { call.providerStatus = reason }
        if ![.none, .stopped].contains(control.recordingState) { control.recordingState = .stopped }
        add(.ended)
    }

    /// Lets go of the ends of a call that ended without a word about them: the account of its provider has said so.
    mutating func windUp(now: Timestamp) {
        guard isOver else { return }
        for end in participants where !end.isOver {
            if end.state == .planned {
                change(end.id) {
                    $0.state = .cancelled; $0.leftAt = now
                }
            } else {
                add(.hangUp(end.id))
            }
        }
        if control.recordingState != .none { control.recordingState = .stopped }
    }

    private static func reason(_ status: CarrierCallStatus) -> String { status.rawValue.replacing("-", with: "_") }

    private static func outcome(_ status: CarrierCallStatus) -> CallStatus {
        switch status {
        case .busy: .busy
        case .failed: .failed
        case .canceled: .cancelled
        default: .noAnswer
        }
    }
}
