import JSON
import Models
import PhoneNumbers

/// How a person calls and is called.
struct VoiceSettings: Sendable {
    var userID: UserID
    var connection: ConnectionID?
    var callerID: String?
    var numbers: [String] = []
    var mobileNumber: String?
    var ring = RingOrder.browser
    var isAvailable = true
    var autoRecord = true
    var autoTranscribe = true
    var voicemailEnabled = true
    var voicemailGreeting: String?
    var ringSeconds = 25
    var forwarding: [CallsAPI.ForwardingRule] = []
    var tcpaConsentAt: Timestamp?
    var gdprConsentAt: Timestamp?
    var version: Int64 = 0
    var updatedAt: Timestamp?

    /// The phones that ring for a call of one's own, in turn.
    func ringing(_ order: RingOrder) -> [String] {
        let browser = Participant.browser(of: userID)
        guard let mobileNumber else { return [browser] }
        return switch order {
        case .browser: [browser]
        case .mobile: [mobileNumber]
        case .mobileFirst: [mobileNumber, browser]
        }
    }

    /// Changes what was given; every field that cannot be is named, 422.
    mutating func apply(
        _ change: CallsAPI.UpdateVoiceSettings, country: String, now: Timestamp
    ) throws(Failure) {
        var errors: [FieldError] = []
        func number(_ text: String, _ pointer: String) -> String {
            if let number = PhoneNumber(text, country: country) { return number.e164 }
            errors.append(FieldError(pointer: pointer, code: "invalid_format", detail: "a telephone number expected"))
            return text
        }
        if change.connectionID.isPresent { connection = change.connectionID.value }
        if change.callerID.isPresent { callerID = change.callerID.value.map { number($0, "/caller_id") } }
        if let wanted = change.numbers {
            numbers = wanted.enumerated().map { number($0.element, "/numbers/\($0.offset)") }
        }
        if change.mobileNumber.isPresent {
            mobileNumber = change.mobileNumber.value.map { number($0, "/mobile_number") }
        }
        ring = change.ring ?? ring
        isAvailable = change.isAvailable ?? isAvailable
        autoRecord = change.autoRecord ?? autoRecord
        autoTranscribe = change.autoTranscribe ?? autoTranscribe
        voicemailEnabled = change.voicemailEnabled ?? voicemailEnabled
        if change.voicemailGreeting.isPresent { voicemailGreeting = change.voicemailGreeting.value }
        ringSeconds = change.ringSeconds ?? ringSeconds
        if let wanted = change.forwarding {
            forwarding = wanted.enumerated().map {
                .init(when: $0.element.when, to: number($0.element.to, "/forwarding/\($0.offset)/to"))
            }
            if Set(wanted.map(\.when)).count < wanted.count {
                errors.append(FieldError(pointer: "/forwarding", code: "not_allowed", detail: "one rule a case"))
            }
        }
        if let agreed = change.tcpaConsent { tcpaConsentAt = agreed ? tcpaConsentAt ?? now : nil }
        if let agreed = change.gdprConsent { gdprConsentAt = agreed ? gdprConsentAt ?? now : nil }
        if ring != .browser, mobileNumber == nil {
            errors.append(FieldError(pointer: "/mobile_number", code: "required", detail: "is what would ring"))
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }

    /// Names the numbers that the connection's account does not own, 422.
    func check(ownedBy owned: Set<String>) throws(Failure) {
        var errors: [FieldError] = []
        if let callerID, !owned.contains(callerID) {
            errors.append(
                FieldError(pointer: "/caller_id", code: "not_allowed", detail: "is none of the connection's numbers"))
        }
        for (index, number) in numbers.enumerated() where !owned.contains(number) {
            errors.append(
                FieldError(
                    pointer: "/numbers/\(index)", code: "not_allowed", detail: "is none of the connection's numbers"))
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }

    /// Where callers go in a case; nil where there is no rule.
    func forwarding(_ condition: ForwardingCondition) -> String? { forwarding.first { $0.when == condition }?.to }

    var wire: CallsAPI.VoiceSettings {
        CallsAPI.VoiceSettings(
            userID: userID, connectionID: connection, callerID: callerID, numbers: numbers, mobileNumber: mobileNumber,
            ring: ring, isAvailable: isAvailable, autoRecord: autoRecord, autoTranscribe: autoTranscribe,
            voicemailEnabled: voicemailEnabled, voicemailGreeting: voicemailGreeting, ringSeconds: ringSeconds,
            forwarding: forwarding, tcpaConsentAt: tcpaConsentAt, gdprConsentAt: gdprConsentAt, updatedAt: updatedAt)
    }
}
