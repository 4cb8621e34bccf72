import HTTPClient
import Models

/// SignalWire's Compatibility API, and its own for browsers' tokens.
struct SignalWireCarrier: Carrier {
    private struct TokenRequest: Codable {
        var reference: String
        var expireAt: Int64
    }
    private struct TokenAnswer: Codable {
        var token: String
    }

    let link: CarrierConnection

    var connection: ConnectionID { link.account.connection }
    var provider: CarrierProvider { .signalwire }
    private var base: String { "/api/laml/2010-04-01/Accounts/\(link.account.accountID)" }

    func place(_ order: CarrierOrder) async throws -> CarrierCall {
        try await link.post("\(base)/Calls", CarrierFields.placing(order), as: CarrierCallAnswer.self).call
    }

    func redirect(_ call: String, to url: String) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call)", [("Url", url), ("Method", "POST")], isRepeatable: true,
            as: CarrierCallAnswer.self)
    }

    func hangUp(_ call: String, isRinging: Bool) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call)", [("Status", isRinging ? "canceled" : "completed")], isRepeatable: true,
            as: CarrierCallAnswer.self)
    }

    func call(_ id: String) async throws -> CarrierCall {
        try await link.get("\(base)/Calls/\(id)", as: CarrierCallAnswer.self).call
    }

    func calls(to: String, from: String, since: Timestamp) async throws -> [CarrierCall] {
        let query = CarrierFields.listing(to: to, from: from, since: since)
        return try await link.get("\(base)/Calls", query, as: CarrierCallsAnswer.self).calls.map(\.call)
    }

    func startRecording(of call: String, callback: String) async throws -> String {
        var form = CarrierFields.recording(callback)
        // One text here, where Twilio takes a list.
        form.append(("RecordingStatusCallbackEvent", "in-progress completed absent"))
        return try await link.post("\(base)/Calls/\(call)/Recordings", form, as: CarrierRecordingAnswer.self).sid
    }

    func setRecording(_ recording: String, of call: String, to state: CarrierRecordingState) async throws {
        _ = try await link.post(
            "\(base)/Calls/\(call)/Recordings/\(recording)", CarrierFields.recording(state), isRepeatable: true,
            as: CarrierRecordingAnswer.self)
    }

    func openRecording(_ recording: String) async throws -> OutboundHTTPStream {
        try await link.open("\(base)/Recordings/\(recording).wav", accept: "audio/*")
    }

    func browserToken(identity: String, lifetime: Duration, now: Timestamp) async throws -> BrowserToken {
        let expiresAt = now + lifetime
        let request = TokenRequest(reference: identity, expireAt: expiresAt.microseconds / 1_000_000)
        let answer = try await link.post("/api/fabric/subscribers/tokens", json: request, as: TokenAnswer.self)
        return BrowserToken(token: answer.token, identity: identity, expiresAt: expiresAt)
    }

    /// There is no operation about the project itself; whoever may list its numbers has its credentials.
    func check() async throws -> CarrierCheck {
        _ = try await link.get(
            "\(base)/IncomingPhoneNumbers", [("PageSize", "1")], as: CarrierNumbersAnswer.self)
        return CarrierCheck(account: link.account.accountID, isActive: true)
    }

    func numbers() async throws -> [CarrierNumber] {
        try await link.get(
            "\(base)/IncomingPhoneNumbers", [("PageSize", "1000")], as: CarrierNumbersAnswer.self
        ).numbers
    }
}
