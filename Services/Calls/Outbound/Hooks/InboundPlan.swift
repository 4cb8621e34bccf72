import Models

/// What comes next for somebody who calls in.
struct InboundPlan: Sendable, Equatable {
    enum Attempt: Sendable, Equatable {
        /// Phones that ring at once.
        case ring([Phone])
        case forward(Phone)
        case voicemail(greeting: Spoken)
        case nobody
    }

    /// A phone with whose it is.
    struct Phone: Sendable, Equatable {
        var address: String
        var userID: UserID?
    }

    var attempt: Attempt
    var ringSeconds = 25
    var recording = RecordingPolicy.never
    /// Whose caller it is; nil when it is anybody's.
    var agentID: UserID?
}

extension VoiceSettings {
    /// What rings for a caller.
    var phones: [InboundPlan.Phone] {
        var phones: [InboundPlan.Phone] = []
        if ring != .mobile { phones.append(.init(address: Participant.browser(of: userID), userID: userID)) }
        if ring != .browser, let mobileNumber { phones.append(.init(address: mobileNumber, userID: userID)) }
        if phones.isEmpty { phones.append(.init(address: Participant.browser(of: userID), userID: userID)) }
        return phones
    }
}
