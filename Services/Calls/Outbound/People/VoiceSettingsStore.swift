import Models
import Postgres

/// People's voice settings.
struct VoiceSettingsStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// A person's settings; the standard ones, of version 0, for whoever has set nothing.
    func find(_ user: UserID) async throws -> VoiceSettings {
        try await rows.first(
            """
            SELECT \(unescaped: VoiceSettings.columns) FROM user_voip_settings
            WHERE tenant_id = \(tenant) AND user_id = \(user)
            """, as: VoiceSettings.self) ?? VoiceSettings(userID: user)
    }

    /// Stores settings over the version that they were read of; nil when somebody was faster.
    func save(_ settings: VoiceSettings) async throws -> VoiceSettings? {
        try await rows.first(
            """
            INSERT INTO user_voip_settings AS present (tenant_id, user_id, connection_id, caller_id, numbers, mobile_number,
                ring, is_available, auto_record, auto_transcribe, voicemail_enabled, voicemail_greeting, ring_seconds,
                forward_always, forward_unavailable, forward_no_answer, tcpa_consent_at, gdpr_consent_at)
            VALUES (\(tenant), \(settings.userID), \(settings.connection), \(settings.callerID), \(settings.numbers),
                \(settings.mobileNumber), \(settings.ring.rawValue), \(settings.isAvailable), \(settings.autoRecord),
                \(settings.autoTranscribe), \(settings.voicemailEnabled), \(settings.voicemailGreeting),
                \(Int32(settings.ringSeconds)), \(settings.forwarding(.always)),
                \(settings.forwarding(.unavailable)), \(settings.forwarding(.noAnswer)), \(settings.tcpaConsentAt), \(settings.gdprConsentAt))
            ON CONFLICT ON CONSTRAINT user_voip_settings_pkey DO UPDATE SET
                connection_id = excluded.connection_id, caller_id = excluded.caller_id, numbers = excluded.numbers,
                mobile_number = excluded.mobile_number, ring = excluded.ring, is_available = excluded.is_available,
                auto_record = excluded.auto_record, auto_transcribe = excluded.auto_transcribe,
                voicemail_enabled = excluded.voicemail_enabled, voicemail_greeting = excluded.voicemail_greeting,
                ring_seconds = excluded.ring_seconds, forward_always = excluded.forward_always,
                forward_unavailable = excluded.forward_unavailable, forward_no_answer = excluded.forward_no_answer,
                tcpa_consent_at = excluded.tcpa_consent_at, gdpr_consent_at = excluded.gdpr_consent_at,
                version = present.version + 1, updated_at = now()
            WHERE present.version = \(settings.version)
            RETURNING \(unescaped: VoiceSettings.columns)
            """, as: VoiceSettings.self)
    }
}
