import Models

/// Who is rung when somebody calls in, and what comes after.
struct InboundPlan: Sendable, Equatable {
    enum Attempt: Sendable, Equatable {
        /// Phones that ring at once.
        case ring([Phone])
        case forward(Phone)
        case voicemail(greeting: String)
        case nobody
    }

    /// A phone with whose it is.
    struct Phone: Sendable, Equatable {
        var address: String
        var userID: UserID?
    }

    var attempts: [Attempt]
    var ringSeconds = 25
    var recording = RecordingPolicy.never
    /// Whose caller it is; nil when it is anybody's.
    var agentID: UserID?

    /// After the last attempt nobody is left.
    func attempt(_ index: Int) -> Attempt { index < attempts.count ? attempts[index] : .nobody }

    /// By the settings of whoever the caller has dialled.
    init(for person: VoiceSettings, isBusy: Bool, recording policy: RecordingPolicy) {
        func forward(_ condition: ForwardingCondition) -> [Attempt] {
            person.forwarding.filter { $0.when == condition }.prefix(1).map {
                .forward(Phone(address: $0.to, userID: person.userID))
            }
        }
        let always = forward(.always)
        if !always.isEmpty {
            attempts = always
        } else if !person.isAvailable || isBusy {
            attempts = forward(.unavailable)
        } else {
            attempts = [.ring(person.phones)] + forward(.noAnswer)
        }
        attempts.append(
            person.voicemailEnabled ? .voicemail(greeting: person.voicemailGreeting ?? VoiceTexts.greeting) : .nobody)
        ringSeconds = person.ringSeconds
        recording = person.autoRecord ? policy : .never
        agentID = person.userID
    }

    /// For a number that is nobody's in particular: everybody who is there.
    init(for people: [VoiceSettings], recording policy: RecordingPolicy) {
        let phones = people.flatMap(\.phones)
        attempts = phones.isEmpty ? [] : [.ring(Array(phones.prefix(10)))]
        attempts.append(.voicemail(greeting: VoiceTexts.greeting))
        recording = policy
    }
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
