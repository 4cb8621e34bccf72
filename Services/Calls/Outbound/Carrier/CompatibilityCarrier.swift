import HTTPClient
import Models

/// A carrier whose API is that of Twilio's of 2010-04-01: everything but what each does in its own way.
protocol CompatibilityCarrier: Carrier {
    var link: CarrierConnection { get }
    /// The path of the account, without a slash at its end.
    var base: String { get }
    /// Every path ends with it.
    var suffix: String { get }
    /// What is told of a recording, as the carrier's form wants it.
    var recordingEvents: [(name: String, value: String)] { get }
    /// What a recording's address is asked for with.
    var recordingQuery: String { get }
}

extension CompatibilityCarrier {
    var connection: ConnectionID { link.account.connection }

    func place(_ order: CarrierOrder) async throws -> CarrierCall {
        try await link.post(path("/Calls"), CarrierFields.placing(order), as: CarrierCallAnswer.self).call
    }

    func redirect(_ call: String, to url: String) async throws {
        try await change(call, [("Url", url), ("Method", "POST")])
    }

    func hangUp(_ call: String, isRinging: Bool) async throws {
        try await change(call, [("Status", isRinging ? "canceled" : "completed")])
    }

    func call(_ id: String) async throws -> CarrierCall {
        try await link.get(path("/Calls/\(id)"), as: CarrierCallAnswer.self).call
    }

    func calls(to: String, from: String, since: Timestamp) async throws -> [CarrierCall] {
        let query = CarrierFields.listing(to: to, from: from, since: since)
        return try await link.get(path("/Calls"), query, as: CarrierCallsAnswer.self).calls.map(\.call)
    }

    func startRecording(of call: String, callback: String) async throws -> String {
        try await link.post(
            path("/Calls/\(call)/Recordings"), CarrierFields.recording(callback) + recordingEvents,
            as: CarrierRecordingAnswer.self
        ).sid
    }

    func setRecording(_ recording: String, of call: String, to state: CarrierRecordingState) async throws {
        _ = try await link.post(
            path("/Calls/\(call)/Recordings/\(recording)"), CarrierFields.recording(state), isRepeatable: true,
            as: CarrierRecordingAnswer.self)
    }

    func openRecording(_ recording: String) async throws -> OutboundHTTPStream {
        try await link.open("\(base)/Recordings/\(recording).wav\(recordingQuery)", accept: "audio/*")
    }

    func numbers() async throws -> [CarrierNumber] {
        try await link.get(
            path("/IncomingPhoneNumbers"), [("PageSize", "1000")], as: CarrierNumbersAnswer.self
        ).numbers
    }

    func path(_ resource: String) -> String { "\(base)\(resource)\(suffix)" }

    /// The same again changes nothing more.
    private func change(_ call: String, _ form: [(name: String, value: String)]) async throws {
        _ = try await link.post(path("/Calls/\(call)"), form, isRepeatable: true, as: CarrierCallAnswer.self)
    }
}
