import Models

/// What has happened to a call between two states, as the other services are told.
struct CallTransition {
    /// Nil when the call is new.
    var before: Call?
    var after: Call
    /// Whether the end that `before` shows was kept back, because another part of the call might have been answered.
    var wasHeld = false
    /// Whether the provider tells of the call's parts alone, so that another may come that was answered.
    var isOfParts = false

    /// In the order in which it happened; of history alone that it is there, since what is long over is nobody's to act on.
    var events: [EventType] {
        if after.origin == .import { return [before == nil ? .callCreated : .callUpdated] }
        var events: [EventType] = []
        if before == nil { events.append(.callCreated) }
        let wasAnswered = before.map(Self.isAnswered) ?? false
        if Self.isAnswered(after), !wasAnswered { events.append(.callAnswered) }
        if isNewEnd, !holdsEnd { events += end }
        if events.isEmpty { events.append(.callUpdated) }
        return events
    }

    /// Whether the end is to be told only once no further part has come for a while.
    var holdsEnd: Bool { isNewEnd && isOfParts && !Self.isAnswered(after) && after.origin == .live }

    /// What is told of a call that is over.
    var end: [EventType] { isMissed ? [.callEnded, .callMissed] : [.callEnded] }

    private var isNewEnd: Bool { after.status.isOver && (before?.status.isOver != true || wasHeld) }

    private static func isAnswered(_ call: Call) -> Bool {
        call.status == .inProgress || call.answeredAt != nil || call.status == .completed
    }

    /// Somebody called and reached nobody.
    private var isMissed: Bool {
        after.direction == .inbound && !Self.isAnswered(after)
            && [.noAnswer, .busy, .voicemail, .cancelled].contains(after.status)
    }
}
