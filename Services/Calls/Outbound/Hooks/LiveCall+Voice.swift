import Models

/// What the ends of a call are told to do when their carrier asks.
extension LiveCall {
    /// The answer to a question about an end; `plan` says who is rung when the call has come in.
    mutating func answer(
        _ question: VoiceQuestion, about id: ParticipantID, plan: InboundPlan?, words: VoiceWords,
        urls: VoiceAddresses, now: Timestamp
    ) -> [VoiceMarkup] {
        // Another of the carrier's calls for the same end: one too many, whoever placed it.
        guard attach(question.external, to: id), let end = participant(id), !end.isOver else { return [.hangUp] }
        if isOver, question.isMachine, call.status == .voicemail, end.role == .customer { return message(words) }
        guard !isOver else { return [.hangUp] }
        switch (end.role, call.direction) {
        case (.customer, .inbound): return inbound(question, end, plan, words, urls, now)
        case (.customer, _): return outbound(question, end, words, urls, now)
        default:
            // A machine that takes an agent's mobile phone presses no key.
            if !end.isBrowser, end.role == .agent, question.step == nil, end.joinedAt == nil {
                let action = urls.voice(id, step: .accepted)
                return [.gather(words.toAgent(.accept), seconds: 10, action: action), .hangUp]
            }
            return room(end, end.role == .agent ? words.toAgent(.hold) : words[.hold], urls, now)
        }
    }

    // Somebody whom we have called.

    private mutating func outbound(
        _ question: VoiceQuestion, _ end: Participant, _ words: VoiceWords, _ urls: VoiceAddresses, _ now: Timestamp
    ) -> [VoiceMarkup] {
        switch question.step {
        case .consented, .refused: agree(question, now)
        case .join where control.recordingPolicy == .announcement && end.joinedAt == nil: announced(now)
        case nil:
            if question.isMachine, control.machineAction != .connect { return machine(end, words, now) }
            switch control.recordingPolicy {
            case .announcement:
                return [.say(words[.announcement]), .redirect(urls.voice(end.id, step: .join))]
            case .keyPress: return consent(end, words, urls, at: nil)
            case .always, .never: break
            }
        default: break
        }
        return room(end, words[.hold], urls, now)
    }

    private mutating func machine(_ end: Participant, _ words: VoiceWords, _ now: Timestamp) -> [VoiceMarkup] {
        finish(.voicemail, reason: "machine", sparing: end.id, now: now)
        return message(words)
    }

    /// What a machine hears, also when the carrier asks again because our answer was lost.
    private func message(_ words: VoiceWords) -> [VoiceMarkup] {
        let message = control.machineAction == .leaveMessage ? control.machineMessage : nil
        return message.map { [.say(words.written($0)), .hangUp] } ?? [.hangUp]
    }

    private func consent(
        _ end: Participant, _ words: VoiceWords, _ urls: VoiceAddresses, at index: Int?
    ) -> [VoiceMarkup] {
        [
            .gather(words[.consent], seconds: 8, action: urls.voice(end.id, step: .consented, at: index)),
            .redirect(urls.voice(end.id, step: .refused, at: index)),
        ]
    }

    /// Into the conversation, or out of it while the end is on hold.
    private mutating func room(
        _ end: Participant, _ hold: Spoken, _ urls: VoiceAddresses, _ now: Timestamp
    ) -> [VoiceMarkup] {
        guard !end.isOnHold else {
            return [.say(hold), .pause(30), .redirect(urls.voice(end.id, step: .join))]
        }
        join(end.id, now: now)
        return [.conference(call.id.jsonText, isMuted: end.isMuted), .hangUp]
    }

    // What lets a call be recorded.

    /// Whoever was asked has pressed a key, or has not.
    private mutating func agree(_ question: VoiceQuestion, _ now: Timestamp) {
        let isGiven = question.step == .consented
        control.recordingPolicy = isGiven ? .always : .never
        prove(.keyPress, asked: .keyPress, isGiven: isGiven, key: question.key, question.external, now)
    }

    private mutating func announced(_ now: Timestamp) {
        prove(.announcement, asked: .announcement, isGiven: true, key: nil, customer?.externalID, now)
    }

    private mutating func prove(
        _ method: RecordingProofMethod, asked policy: RecordingPolicy, isGiven: Bool, key: String?,
        _ reference: String?, _ now: Timestamp
    ) {
        add(
            .prove(
                CallsAPI.RecordingProof(
                    policy: policy, regions: RecordingConsents.regions(of: call.outsideNumber), method: method,
                    given: isGiven, key: key, reference: reference, givenAt: now)))
    }

    // Somebody who has called us.

    private mutating func inbound(
        _ question: VoiceQuestion, _ end: Participant, _ plan: InboundPlan?, _ words: VoiceWords,
        _ urls: VoiceAddresses, _ now: Timestamp
    ) -> [VoiceMarkup] {
        switch question.step {
        case .dialled where question.dialStatus == .completed || control.isConference:
            // The two ends were moved into a room, or the conversation is over.
            if control.isConference, participants.contains(where: { $0.role != .customer && $0.state == .joined }) {
                return room(end, words[.hold], urls, now)
            }
            finish(call.answeredAt == nil ? .noAnswer : .completed, sparing: end.id, now: now)
            return [.hangUp]
        case .voicemail:
            finish(question.hasRecording ? .voicemail : .noAnswer, sparing: end.id, now: now)
            return [.say(words[.thanks]), .hangUp]
        case _ where control.isConference: return room(end, words[.hold], urls, now)
        default: break
        }
        guard let plan else { return [.hangUp] }
        switch question.step {
        case .consented, .refused:
            agree(question, now)
            return route(end, at: 0, plan, words, urls, now)
        case .dialled: return route(end, at: question.index, plan, words, urls, now)
        default:
            change(end.id) {
                $0.state = .joined
                $0.joinedAt = $0.joinedAt ?? now
            }
            control.recordingPolicy = plan.recording
            if call.status == .registered { call.status = .ringing }
            if plan.recording == .keyPress { return consent(end, words, urls, at: 0) }
            guard plan.recording == .announcement else { return route(end, at: 0, plan, words, urls, now) }
            announced(now)
            return [.say(words[.announcement])] + route(end, at: 0, plan, words, urls, now)
        }
    }

    private mutating func route(
        _ end: Participant, at index: Int, _ plan: InboundPlan, _ words: VoiceWords, _ urls: VoiceAddresses,
        _ now: Timestamp
    ) -> [VoiceMarkup] {
        let action = urls.voice(end.id, step: .dialled, at: index + 1)
        switch plan.attempt {
        case .ring(let phones) where !phones.isEmpty:
            return [.dial(ring(phones, urls), seconds: plan.ringSeconds, callerID: nil, action: action)]
        case .ring:
            // Whoever was chosen has given their phone up meanwhile.
            return [.redirect(action)]
        case .forward(let phone):
            return [
                .dial(
                    ring([phone], urls), seconds: plan.ringSeconds, callerID: control.callerID, action: action)
            ]
        case .voicemail(let greeting):
            // Nobody took it, so it is nobody's, unless the line is somebody's.
            call.agentID = plan.agentID
            return [
                .say(greeting),
                .record(
                    seconds: 180, action: urls.voice(end.id, step: .voicemail), statusURL: urls.recording),
            ]
        case .nobody:
            call.agentID = plan.agentID
            finish(.noAnswer, sparing: end.id, now: now)
            return [.say(words[.nobody]), .hangUp]
        }
    }

    /// The ends that the carrier rings; each is told of by itself.
    private mutating func ring(_ phones: [InboundPlan.Phone], _ urls: VoiceAddresses) -> [VoiceMarkup.End] {
        phones.map { phone in
            // The carrier asks again when the answer was lost.
            let known = participants.first { $0.address == phone.address && $0.role == .agent && $0.state == .ringing }
            var end =
                known
                ?? Participant(
                    callID: call.id, connection: control.connection, role: .agent, userID: phone.userID,
                    address: phone.address)
            end.state = .ringing
            if known == nil { participants.append(end) }
            let isBrowser = end.isBrowser
            return VoiceMarkup.End(
                address: isBrowser ? String(end.address.dropFirst(Participant.browserPrefix.count)) : end.address,
                isBrowser: isBrowser, statusURL: urls.status(end.id))
        }
    }
}
