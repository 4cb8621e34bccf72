import Crypto
import HTTP
import HTTPClient
import Models

/// What both carriers' callbacks have in common as messages.
enum CarrierForm {
    /// The fields of a form; nil for a body that says it is something else, and none for one that has no body.
    static func read(contentType: String?, body: [UInt8]) -> FormFields? {
        guard !body.isEmpty else { return FormFields([]) }
        guard contentType?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else { return nil }
        return FormFields(decoding: body)
    }

    /// What a callback tells: its form, or its query where it came by GET.
    static func fields(of payload: HookPayload) -> FormFields? {
        if payload.method == .get { return payload.query.flatMap { FormFields(decoding: Array($0.utf8)) } }
        return read(contentType: payload.contentType, body: payload.body)
    }

    static func basic(_ user: String, _ password: String) -> HTTPHeaders {
        ["Authorization": "Basic " + Base64.standard.encode(Array("\(user):\(password)".utf8))]
    }

    /// Lets no address but the carrier's own see the connection's credentials.
    static func secured(_ report: CallReport, address: String) -> CallReport {
        var report = report
        if let recording = report.recording, !recording.locator.hasPrefix(address + "/") {
            report.recording?.kind = .url
        }
        return report
    }
}
