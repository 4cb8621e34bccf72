/// Which of a person's phones rings.
package enum RingOrder: String, Codable, CaseIterable, Sendable {
    case browser, mobile
    /// The mobile phone, and the browser when nobody takes it.
    case mobileFirst = "mobile_first"
}

/// When a caller is sent elsewhere.
package enum ForwardingCondition: String, Codable, CaseIterable, Sendable {
    case always, unavailable
    case noAnswer = "no_answer"
}

/// What somebody is in a call.
package enum ParticipantRole: String, Codable, CaseIterable, Sendable {
    case agent, customer, guest
}

/// Where one end of a call is on its way into and out of it.
package enum ParticipantState: String, Codable, CaseIterable, Sendable {
    case planned
    /// The carrier is being told; until it answers nobody knows whether it rings.
    case placing
    case ringing, joined, left, failed, cancelled
}

/// How the recording of a call that runs is.
package enum RecordingRun: String, Codable, CaseIterable, Sendable {
    case none, starting, running, paused, stopped
}

/// What happens when a machine answers.
package enum MachineAction: String, Codable, CaseIterable, Sendable {
    /// Nobody listens for machines.
    case connect
    case hangUp = "hang_up"
    case leaveMessage = "leave_message"
}

/// The life of a list of numbers.
package enum CampaignState: String, Codable, CaseIterable, Sendable {
    case draft, running, paused, finished
}

/// The life of a number in a list.
package enum DialEntryState: String, Codable, CaseIterable, Sendable {
    case pending, claimed, done, cancelled, failed
}

/// What an agent at the dialer is doing.
package enum DialSessionState: String, Codable, CaseIterable, Sendable {
    case ready, dialling, paused, ended
    case inCall = "in_call"
    case wrapUp = "wrap_up"
}

/// The life of the next attempt after an unanswered call.
package enum CallRetryStatus: String, Codable, CaseIterable, Sendable {
    case pending, completed, failed, cancelled
}

/// The life of a call-back.
package enum MissedCallState: String, Codable, CaseIterable, Sendable {
    case open, claimed, closed
}

/// What is done with a caller.
package enum RoutingAction: String, Codable, CaseIterable, Sendable {
    case ring, forward, voicemail
    /// The caller is told that nobody is there, and is on the call-back list.
    case callBack = "call_back"
}
