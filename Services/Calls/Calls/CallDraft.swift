import JSON
import Models

/// A call that is to be stored, checked as a whole.
struct CallDraft: Sendable {
    /// Calls that ended this long before they arrive are history, whatever they say.
    static let liveWithin = Duration.seconds(24 * 3600)
    /// How far a clock may run ahead of ours.
    static let clockSlack = Duration.seconds(300)

    var id = CallID.make()
    var source = "api"
    var externalID: String?
    var origin: CallOrigin
    var isTest = false
    var direction: CallDirection
    var from: Party
    var to: Party
    var status: CallStatus
    var startedAt: Timestamp
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    var agentID: UserID?
    var language: String?
    var metadata: JSONText

    /// Names every field that contradicts another or the clock; 422.
    func check(now: Timestamp) throws(Failure) {
        var errors: [FieldError] = []
        func refuse(_ pointer: String, _ code: String, _ detail: String) {
            errors.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        let latest = now + Self.clockSlack
        if startedAt > latest { refuse("/started_at", "out_of_range", "lies in the future") }
        if let endedAt {
            if endedAt < startedAt { refuse("/ended_at", "out_of_range", "lies before started_at") }
            if endedAt > latest { refuse("/ended_at", "out_of_range", "lies in the future") }
            if [.registered, .ringing, .inProgress].contains(status) {
                refuse("/status", "not_allowed", "a call that has ended cannot be \(status.rawValue)")
            }
        }
        if let answeredAt {
            if answeredAt < startedAt { refuse("/answered_at", "out_of_range", "lies before started_at") }
            if let endedAt, answeredAt > endedAt { refuse("/answered_at", "out_of_range", "lies after ended_at") }
        }
        if let fault = CallMetadata.fault(of: metadata) { refuse("/metadata", fault.code, fault.detail) }
        if let language, !Self.isLanguageTag(language) {
            refuse("/language", "invalid_format", "BCP 47 language tag expected")
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }

    /// `import` for calls that ended long before they arrived, else what was asked for.
    static func origin(asked: CallOrigin?, endedAt: Timestamp?, now: Timestamp) -> CallOrigin {
        if let endedAt, now - endedAt > liveWithin { return .import }
        return asked ?? .live
    }

    private static func isLanguageTag(_ text: String) -> Bool {
        let subtags = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = subtags.first, (2...3).contains(first.utf8.count) else { return false }
        return first.utf8.allSatisfy { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 }
            && subtags.allSatisfy { tag in
                (1...8).contains(tag.utf8.count)
                    && tag.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || (($0 | 0x20) >= 97 && ($0 | 0x20) <= 122) }
            }
    }
}
