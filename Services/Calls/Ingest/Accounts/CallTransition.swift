import Models

/// What has happened to a call between two states, as the other services are told.
struct CallTransition {
    /// Nil when the call is new.
    var before: Call?
    var after: Call

    /// In the order in which it happened; of history alone that it is there, since what is long over is nobody's to act on.
    var events: [EventType] {
        if after.origin == .import { return [before == nil ? .callCreated : .callUpdated] }
        var events: [EventType] = []
        if before == nil { events.append(.callCreated) }
        let wasAnswered = before.map(Self.isAnswered) ?? false
        if Self.isAnswered(after), !wasAnswered { events.append(.callAnswered) }
        if after.status.isOver, before?.status.isOver != true {
            events.append(.callEnded)
            if isMissed { events.append(.callMissed) }
        }
        if events.isEmpty { events.append(.callUpdated) }
        return events
    }

    private static func isAnswered(_ call: Call) -> Bool {
        call.status == .inProgress || call.answeredAt != nil || call.status == .completed
    }

    /// Somebody called and reached nobody.
    private var isMissed: Bool {
        after.direction == .inbound && !Self.isAnswered(after)
            && [.noAnswer, .busy, .voicemail, .cancelled].contains(after.status)
    }
}
