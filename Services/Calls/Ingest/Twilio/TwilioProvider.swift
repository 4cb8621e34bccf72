import HTTP
import HTTPClient
import Models
import Web

/// Twilio: signed callbacks about calls, recordings and conferences.
struct TwilioProvider: CallProvider {
    static let standardAddress = "https://api.twilio.com"

    let name = "twilio"
    /// Where Twilio's interface is; only tests have another.
    var address = standardAddress

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        guard let signature = hook.headers["X-Twilio-Signature"] else { throw Failure(.invalidSignature) }
        let settings = hook.headers["X-Twilio-Webhooks-Signature-Settings"]
        // An account with a signing key of its own says so, and then signs with nothing else.
        let key = settings == nil ? "auth_token" : "signing_key"
        let form = CarrierForm.read(contentType: hook.headers["Content-Type"], body: hook.body)
        guard
            TwilioSignature.isValid(
                signature, settings: settings, url: hook.url, form: form, body: hook.body,
                keys: [connection.credentials[key] ?? ""])
        else { throw Failure(.invalidSignature) }
    }

    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport] {
        guard let form = CarrierForm.fields(of: payload) else { return [] }
        let report = try CarrierCallback(form: form, receivedAt: payload.receivedAt).report()
        return report.map { [CarrierForm.secured($0, address: address)] } ?? []
    }

    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport? {
        try await api(connection, client).call(externalID)
    }

    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        try await api(connection, client).check()
    }

    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders {
        let (user, password) = credentials(connection)
        return CarrierForm.basic(user, password)
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        let form = CarrierSample.form(account: connection.settings["account_sid"] ?? "")
        if let key = connection.credentials["signing_key"], !key.isEmpty {
            let signature = TwilioSignature.sign(url: "\(url)/status", form: form, key: key, isStrong: true)
            return CarrierSample.hook(
                form,
                [
                    "X-Twilio-Signature": signature,
                    "X-Twilio-Webhooks-Signature-Settings": "algorithm=HMAC_SHA256",
                ])
        }
        guard let key = connection.credentials["auth_token"], !key.isEmpty else { return nil }
        return CarrierSample.hook(
            form, ["X-Twilio-Signature": TwilioSignature.sign(url: "\(url)/status", form: form, key: key)])
    }

    private func api(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) -> CarrierClient {
        let (user, password) = credentials(connection)
        let account = PercentCode.encode(connection.settings["account_sid"] ?? "")
        return CarrierClient(
            base: "\(address)/2010-04-01/Accounts/\(account)", suffix: ".json", user: user, password: password,
            client: client)
    }

    /// An API key where there is one, else the account's own token.
    private func credentials(_ connection: InternalAPI.Connection) -> (user: String, password: String) {
        if let key = connection.settings["api_key_sid"], !key.isEmpty,
            let secret = connection.credentials["api_key_secret"]
        {
            return (key, secret)
        }
        return (connection.settings["account_sid"] ?? "", connection.credentials["auth_token"] ?? "")
    }
}
