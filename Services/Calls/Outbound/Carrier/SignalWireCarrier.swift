import Models

/// SignalWire's Compatibility API, and its own for browsers' tokens.
struct SignalWireCarrier: CompatibilityCarrier {
    private struct TokenRequest: Codable {
        var reference: String
        var expireAt: Int64
    }
    private struct TokenAnswer: Codable {
        var token: String
    }

    let link: CarrierConnection

    var provider: CarrierProvider { .signalwire }
    var base: String { "/api/laml/2010-04-01/Accounts/\(link.account.accountID)" }
    let suffix = ""
    let recordingQuery = ""
    /// One text here, where Twilio takes a list.
    var recordingEvents: [(name: String, value: String)] {
        [("RecordingStatusCallbackEvent", "in-progress completed absent")]
    }

    func browserToken(identity: String, lifetime: Duration, now: Timestamp) async throws -> BrowserToken {
        let expiresAt = now + lifetime
        let request = TokenRequest(reference: identity, expireAt: expiresAt.microseconds / 1_000_000)
        let answer = try await link.post("/api/fabric/subscribers/tokens", json: request, as: TokenAnswer.self)
        return BrowserToken(token: answer.token, identity: identity, expiresAt: expiresAt)
    }

    /// There is no operation about the project itself; whoever may list its numbers has its credentials.
    func check() async throws -> CarrierCheck {
        _ = try await link.get(path("/IncomingPhoneNumbers"), [("PageSize", "1")], as: CarrierNumbersAnswer.self)
        return CarrierCheck(account: link.account.accountID, isActive: true)
    }
}
