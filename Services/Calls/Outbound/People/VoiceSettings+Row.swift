import Models
import Postgres

extension VoiceSettings: PostgresRowDecodable {
    static let columns: StaticString = """
        user_id, connection_id, caller_id, numbers, mobile_number, ring, is_available, auto_record, auto_transcribe,
        voicemail_enabled, voicemail_greeting, ring_seconds, forward_always, forward_unavailable,
        forward_no_answer, tcpa_consent_at, gdpr_consent_at, version, updated_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        userID = try row.next(UserID.self)
        connection = try row.next(ConnectionID?.self)
        callerID = try row.next(String?.self)
        numbers = try row.next([String].self)
        mobileNumber = try row.next(String?.self)
        ring = try row.next(RingOrder.self)
        isAvailable = try row.next(Bool.self)
        autoRecord = try row.next(Bool.self)
        autoTranscribe = try row.next(Bool.self)
        voicemailEnabled = try row.next(Bool.self)
        voicemailGreeting = try row.next(String?.self)
        ringSeconds = Int(try row.next(Int32.self))
        for condition in [ForwardingCondition.always, .unavailable, .noAnswer] {
            if let to = try row.next(String?.self) { forwarding.append(.init(when: condition, to: to)) }
        }
        tcpaConsentAt = try row.next(Timestamp?.self)
        gdprConsentAt = try row.next(Timestamp?.self)
        version = try row.next(Int64.self)
        updatedAt = try row.next(Timestamp?.self)
    }
}
