import HTTP
import Models

/// A made-up status callback of a carrier: somebody calls.
enum CarrierSample {
    static func form(account: String) -> FormFields {
        FormFields(
            [
                ("AccountSid", account), ("ApiVersion", "2010-04-01"), ("CallSid", "test-call"),
                ("CallStatus", "ringing"), ("CallbackSource", "call-progress-events"), ("Called", "+14155550199"),
                ("Caller", PBXSample.caller), ("Direction", "inbound"), ("From", PBXSample.caller),
                ("SequenceNumber", "0"), ("To", "+14155550199"),
            ].map { .init(name: $0.0, value: $0.1) })
    }

    /// With the fields of its signature.
    static func hook(_ form: FormFields, _ signature: HTTPHeaders) -> HookSample {
        var headers = signature
        headers.set("Content-Type", "application/x-www-form-urlencoded")
        let body = form.fields.map { "\(PercentCode.encode($0.name))=\(PercentCode.encode($0.value))" }
        return HookSample(rest: "/status", headers: headers, body: Array(body.joined(separator: "&").utf8))
    }
}
