import FoundationEssentials
import JSON
import Models

/// What Twilio, and SignalWire in its manner, tell of a call: status, recording and conference callbacks, one form each.
struct CarrierCallback: Sendable {
    /// Providers' words for the state of a call.
    private static let statuses: [String: CallStatus] = [
        "queued": .registered, "initiated": .registered, "ringing": .ringing, "in-progress": .inProgress,
        "answered": .inProgress, "completed": .completed, "busy": .busy, "failed": .failed, "no-answer": .noAnswer,
        "canceled": .cancelled,
    ]
    /// What else is worth keeping, by our names.
    private static let extras: [(name: String, field: String)] = [
        ("answered_by", "AnsweredBy"), ("sip_response_code", "SipResponseCode"), ("sip_response_code", "SipResultCode"),
        ("hangup_direction", "HangupDirection"), ("error_code", "ErrorCode"), ("billed_minutes", "Duration"),
        ("stir_verstat", "StirVerstat"), ("conference_event", "StatusCallbackEvent"),
        ("recording_error_code", "RecordingErrorCode"),
    ]

    let form: FormFields
    let receivedAt: Timestamp

    static func status(_ word: String) -> CallStatus? { statuses[word] }

    /// Nil for what tells of no call, such as a message's callback.
    func report() throws -> CallReport? {
        guard form["MessageSid"] == nil, form["SmsSid"] == nil else { return nil }
        if form["RecordingStatus"] != nil { return try recording() }
        if form["ConferenceSid"] != nil { return participant }
        guard let call = form["CallSid"] else { return nil }
        guard let parent = form["ParentCallSid"], parent != call else { return try whole(call) }
        return part(call, of: parent)
    }

    /// When the provider says it happened; its seconds are told apart by the number in the sequence.
    private var reportedAt: Timestamp {
        guard let instant = form["Timestamp"].flatMap(MailDate.instant) else { return receivedAt }
        let sequence = form["SequenceNumber"].flatMap { Int64($0) } ?? 0
        return instant + .milliseconds(min(max(0, sequence), 999))
    }

    private func whole(_ call: String) throws -> CallReport? {
        guard let word = form["CallStatus"] else { return nil }
        var report = CallReport(externalID: call, reportedAt: reportedAt)
        let instant = form["Timestamp"].flatMap(MailDate.instant) ?? receivedAt
        report.providerStatus = word
        report.status = Self.statuses[word]
        report.from = form["From"] ?? form["Caller"]
        report.to = form["To"] ?? form["Called"]
        report.direction = Self.direction(form["Direction"], from: report.from)
        report.agent = agent(own: report.direction == .outbound ? report.from : report.to)
        switch report.status {
        case .registered, .ringing: report.startedAt = instant
        case .inProgress: report.answeredAt = instant
        case .completed, .busy, .failed, .noAnswer, .cancelled: report.endedAt = instant
        default: break
        }
        if let seconds = form["CallDuration"].flatMap({ Double($0) }), seconds >= 0 { report.durationSeconds = seconds }
        // Only when nobody asked for recordings to be told by themselves.
        if let url = form["RecordingUrl"] { report.recording = file(url, channels: nil) }
        report.metadata = try metadata.text
        return report
    }

    /// A call that another one made: a ring of somebody, a transfer.
    private func part(_ call: String, of parent: String) -> CallReport {
        var report = CallReport(externalID: parent, reportedAt: reportedAt)
        // The call that made it is there, and tells of its end itself.
        report.status = .ringing
        var leg = CallLeg(id: call)
        let instant = form["Timestamp"].flatMap(MailDate.instant) ?? receivedAt
        leg.from = form["From"] ?? form["Caller"]
        leg.to = form["To"] ?? form["Called"]
        leg.status = form["CallStatus"].flatMap { Self.statuses[$0] }
        leg.agent = agent(own: leg.to)
        switch leg.status {
        case .registered, .ringing: leg.startedAt = instant
        case .inProgress: leg.answeredAt = instant
        case .none, .voicemail: break
        default:
            leg.endedAt = instant
            if let seconds = form["CallDuration"].flatMap({ Int64($0) }), seconds > 0, leg.status == .completed {
                leg.startedAt = instant - .seconds(seconds)
                leg.answeredAt = leg.startedAt
            }
        }
        report.legs = [leg]
        return report
    }

    private func recording() throws -> CallReport? {
        guard let call = form["CallSid"] ?? form["ConferenceSid"] else { return nil }
        var report = CallReport(externalID: call, reportedAt: reportedAt)
        report.linkedID = form["ConferenceSid"]
        if form["RecordingStatus"] == "completed", let url = form["RecordingUrl"] {
            report.recording = file(url, channels: form["RecordingChannels"])
        }
        report.metadata = try metadata.text
        return report
    }

    private var participant: CallReport? {
        guard let call = form["CallSid"], let conference = form["ConferenceSid"] else { return nil }
        var report = CallReport(externalID: call, reportedAt: reportedAt)
        report.order = form["SequenceNumber"].flatMap { Int($0) } ?? 0
        // Whoever joins or leaves a room is in a call; it is over when the carrier says so of the call.
        report.status = .inProgress
        report.linkedID = conference
        var leg = CallLeg(id: "\(conference)/\(call)")
        let instant = form["Timestamp"].flatMap(MailDate.instant) ?? receivedAt
        switch form["StatusCallbackEvent"] {
        case "participant-join":
            leg.startedAt = instant
            leg.answeredAt = instant
            leg.status = .inProgress
        case "participant-leave":
            leg.endedAt = instant
            leg.status = .completed
        default: return report
        }
        report.legs = [leg]
        return report
    }

    /// Calls out of a browser come in to the carrier, though they go out to a customer.
    static func direction(_ word: String?, from: String?) -> CallDirection? {
        switch word {
        case "inbound": from?.hasPrefix("client:") == true ? .outbound : .inbound
        case "outbound-api", "outbound-dial", "outbound": .outbound
        default: nil
        }
    }

    /// Who of ours it is: a browser's identity, which is a user's id where we gave the token.
    private func agent(own party: String?) -> AgentHint? {
        guard let party, party.hasPrefix("client:") else { return nil }
        let identity = String(party.dropFirst("client:".count))
        return AgentHint(userID: UUID(uuidString: identity).map(UserID.init), providerUser: identity)
    }

    private var metadata: ReportNotes {
        var notes = ReportNotes()
        for extra in Self.extras { notes.add(extra.name, form[extra.field]) }
        return notes
    }

    /// One of the call's recordings: there is one for each time that it was begun.
    private func file(_ url: String, channels: String?) -> RecordingReference {
        var file = Self.reference(url, channels: channels)
        file.id = form["RecordingSid"]
        file.startedAt = form["RecordingStartTime"].flatMap(MailDate.instant)
        return file
    }

    /// The address has no suffix; `.wav` keeps what a lossy form would lose.
    static func reference(_ url: String, channels: String?) -> RecordingReference {
        let path = url.split(separator: "?", maxSplits: 1).first.map(String.init) ?? url
        let hasSuffix = [".wav", ".mp3"].contains { path.lowercased().hasSuffix($0) }
        var locator = hasSuffix ? url : url + ".wav"
        if channels == "2", !hasSuffix { locator += "?RequestedChannels=2" }
        return RecordingReference(kind: .providerURL, locator: locator)
    }
}
