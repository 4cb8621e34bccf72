import Models

/// Twilio's REST API of 2010-04-01.
struct TwilioCarrier: CompatibilityCarrier {
    private struct Account: Codable {
        var sid: String
        var status: String?
        var friendlyName: String?
    }

    let link: CarrierConnection

    var provider: CarrierProvider { .twilio }
    var base: String { "/2010-04-01/Accounts/\(link.account.accountID)" }
    let suffix = ".json"
    let recordingQuery = "?RequestedChannels=2"
    var recordingEvents: [(name: String, value: String)] {
        ["in-progress", "completed", "absent"].map { ("RecordingStatusCallbackEvent", $0) }
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
        let account = try await link.get(path(""), as: Account.self)
        return CarrierCheck(account: account.friendlyName ?? account.sid, isActive: account.status == "active")
    }
}
