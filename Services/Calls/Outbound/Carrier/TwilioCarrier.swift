import HTTPClient
import Models

/// Twilio's REST API of 2010-04-01.
struct TwilioCarrier: Carrier {
    private struct Account: Codable {
        var sid: String
        var status: String?
        var friendlyName: String?
    }

    let link: CarrierConnection

    var connection: ConnectionID { link.account.connection }
    var provider: CarrierProvider { .twilio }
    private var base: String { "/2010-04-01/Accounts/\(link.account.accountID)" }

    func place(_ order: CarrierOrder) async throws -> CarrierCall {
        try await link.post(
            "\(base)/Calls.json", CarrierFields.placing(order), as: CarrierCallAnswer.self
        ).call
    }

    func redirect(_ call: String, to url: String) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call).json", [("Url", url), ("Method", "POST")], isRepeatable: true,
            as: CarrierCallAnswer.self)
    }

    func hangUp(_ call: String, isRinging: Bool) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call).json", [("Status", isRinging ? "canceled" : "completed")], isRepeatable: true,
            as: CarrierCallAnswer.self)
    }

    func call(_ id: String) async throws -> CarrierCall {
        try await link.get("\(base)/Calls/\(id).json", as: CarrierCallAnswer.self).call
    }

    func calls(to: String, from: String, since: Timestamp) async throws -> [CarrierCall] {
        let query = CarrierFields.listing(to: to, from: from, since: since)
        return try await link.get("\(base)/Calls.json", query, as: CarrierCallsAnswer.self).calls.map(\.call)
    }

    func startRecording(of call: String, callback: String) async throws -> String {
        var form = CarrierFields.recording(callback)
        for event in ["in-progress", "completed", "absent"] { form.append(("RecordingStatusCallbackEvent", event)) }
        return try await link.post(
            "\(base)/Calls/\(call)/Recordings.json", form, as: CarrierRecordingAnswer.self
        ).sid
    }

    func setRecording(_ recording: String, of call: String, to state: CarrierRecordingState) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call)/Recordings/\(recording).json", CarrierFields.recording(state), isRepeatable: true,
            as: CarrierRecordingAnswer.self)
    }

    func openRecording(_ recording: String) async throws -> OutboundHTTPStream {
        try await link.open("\(base)/Recordings/\(recording).wav?RequestedChannels=2", accept: "audio/*")
    }

    func browserToken(identity: String, lifetime: Duration, now: Timestamp) async throws -> BrowserToken {
        guard let key = link.account.signingKey, let application = link.account.applicationID else {
            throw CarrierError.incompleteConnection
        }
        return try TwilioVoiceToken(
            accountID: link.account.accountID, keyID: key.id, applicationID: application, identity: identity
        ).signed(with: key.secret, lifetime: lifetime, now: now)
    }

    func check() async throws -> CarrierCheck {
        let account = try await link.get("\(base).json", as: Account.self)
        return CarrierCheck(account: account.friendlyName ?? account.sid, isActive: account.status == "active")
    }

    func numbers() async throws -> [CarrierNumber] {
        try await link.get(
            "\(base)/IncomingPhoneNumbers.json", [("PageSize", "1000")], as: CarrierNumbersAnswer.self
        ).numbers
    }
}

/// The fields that both carriers read alike.
enum CarrierFields {
    static func placing(_ order: CarrierOrder) -> [(name: String, value: String)] {
        var form: [(name: String, value: String)] = [
            ("To", order.to), ("From", order.from), ("Url", order.url), ("Method", "POST"),
            ("StatusCallback", order.statusURL), ("StatusCallbackMethod", "POST"),
        ]
        for event in ["initiated", "ringing", "answered", "completed"] { form.append(("StatusCallbackEvent", event)) }
        form.append(("Timeout", "\(order.ringSeconds)"))
        switch order.machines {
        case .none: break
        case .detect: form.append(("MachineDetection", "Enable"))
        case .messageEnd: form.append(("MachineDetection", "DetectMessageEnd"))
        }
        return form
    }

    /// Both compare whole days of UTC in lists, so the day before is asked for and the instants are compared here.
    static func listing(to: String, from: String, since: Timestamp) -> [(name: String, value: String)] {
        let day = String((since - .seconds(86_400)).jsonText.prefix(10))
        return [("To", to), ("From", from), ("StartTime>", day), ("PageSize", "50")]
    }

    static func recording(_ callback: String) -> [(name: String, value: String)] {
        [
            ("RecordingChannels", "dual"), ("RecordingTrack", "both"), ("RecordingStatusCallback", callback),
            ("RecordingStatusCallbackMethod", "POST"),
        ]
    }

    /// A pause is silence of its length, so that times in the recording stay those of the call.
    static func recording(_ state: CarrierRecordingState) -> [(name: String, value: String)] {
        state == .paused
            ? [("Status", state.rawValue), ("PauseBehavior", "silence")] : [("Status", state.rawValue)]
    }
}
