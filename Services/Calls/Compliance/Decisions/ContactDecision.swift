import Models

/// What came of a question, as it stands on record.
struct ContactDecision: Sendable {
    typealias Reason = CallsAPI.ContactReason

    var id: ContactDecisionID
    var outcome: ContactOutcome
    /// All reasons, the weightiest first; none for what is plainly allowed.
    var reasons: [Reason]
    /// When to ask again, for what was put off.
    var notBefore: Timestamp?
    /// The consent that a permission stands on.
    var consentID: ConsentID?
    /// E.164 or the address in lower case; nil when it was none.
    var subject: ContactSubject?
    var place: CalleePlace?
    /// What must happen before a call is recorded.
    var recording: RecordingPolicy
    var policyVersion: Int64
    var at: Timestamp

    var isAllowed: Bool { outcome == .allowed }
    /// The weightiest reason.
    var reason: Reason? { reasons.first }
}
