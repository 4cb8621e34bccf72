import Models

/// What people do with a call that runs.
extension LiveCall {
    /// Has an end hear nothing of the others, or hear them again.
    mutating func hold(_ id: ParticipantID, _ isOnHold: Bool) throws(Failure) {
        _ = try steerable(id)
        change(id) { $0.isOnHold = isOnHold }
        steer(id)
    }

    /// Has the others hear nothing of an end, or hear it again.
    mutating func mute(_ id: ParticipantID, _ isMuted: Bool) throws(Failure) {
        _ = try steerable(id)
        change(id) { $0.isMuted = isMuted }
        steer(id)
    }

    /// Rings somebody else into the call; with `replacing` that end leaves once the new one has joined.
    mutating func invite(_ invited: Participant, replacing: ParticipantID? = nil) throws(Failure) {
        guard call.status == .inProgress else { throw Failure(.conflict, "The call is not in progress.") }
        guard participants.count(where: { !$0.isOver }) < Self.endLimit else {
            throw Failure(.conflict, "The call has as many participants as it can have.")
        }
        var invited = invited
        invited.replaces = replacing
        participants.append(invited)
        intoRoom()
        add(.place(invited.id))
    }

    /// Takes an end out of the call.
    mutating func remove(_ id: ParticipantID, now: Timestamp) throws(Failure) {
        guard let end = participant(id), !end.isOver else { throw Failure(.notFound) }
        if end.role == .customer {
            finish(call.answeredAt == nil ? .cancelled : .completed, now: now)
        } else if end.state == .planned {
            change(id) {
                $0.state = .cancelled; $0.leftAt = now
            }
        } else {
            add(.hangUp(id))
        }
    }

    /// Has the recording hear nothing, or hear again; 409 when nothing is recorded.
    mutating func record(isPaused: Bool) throws(Failure) {
        guard control.recordingState == (isPaused ? .running : .paused) else {
            throw Failure(.conflict, isPaused ? "Nothing is being recorded." : "The recording is not paused.")
        }
        control.recordingState = isPaused ? .paused : .running
        add(.setRecording)
    }

    private static let endLimit = 20

    private func steerable(_ id: ParticipantID) throws(Failure) -> Participant {
        guard let end = participant(id), !end.isOver else { throw Failure(.notFound) }
        guard end.state == .joined else { throw Failure(.conflict, "This participant is not in the call yet.") }
        return end
    }

    private mutating func steer(_ id: ParticipantID) {
        if control.isConference { add(.steer(id)) } else { intoRoom() }
    }

    /// Moves two ends that the carrier has bridged into a room.
    ///
    /// The agent's end is told to go there; the bridge falls, and the caller's asks how to go on, and is sent there too.
    private mutating func intoRoom() {
        guard !control.isConference else { return }
        control.isConference = true
        for end in participants where end.state == .joined && end.role != .customer { add(.steer(end.id)) }
    }
}
