/// The one catalogue of all settings: what a form shows, what a route takes and what rules read.
///
/// A setting is added here and read by `EffectiveSettings`; routes, schema, storage and change feed follow by themselves.
package enum Settings {
    // General.
    package static let language = SettingKey(
        "language", .general, .language, default: "en", at: [.platform, .tenant, .user], "Language",
        "Letters and reports are written in it.")
    package static let timeZone = SettingKey(
        "time_zone", .general, .timeZone, default: "UTC", at: [.platform, .tenant, .user], "Time zone",
        "Days begin and end by it.")
    package static let country = SettingKey(
        "country", .general, .country, default: "US", "Country",
        "National phone numbers are read as those of this country.")
    package static let appearance = SettingKey(
        "appearance", .general, .choice(of: Appearance.self), default: Appearance.system,
        at: [.platform, .tenant, .user], "Appearance", "How the console looks.")

    // Access.
    package static let sessionTimeoutHours = SettingKey(
        "session_timeout_hours", .access, .integer(1...720, .hours), default: 4, by: .owner, "Session timeout",
        "Whoever has not used the suite for so long signs in again.")
    package static let visibility = SettingKey(
        "visibility", .access, .choice(of: Visibility.self), default: Visibility.own, "What agents see",
        "Agents see their own calls, or those of the whole organisation.")

    package static let supportAccess = SettingKey(
        "support_access", .access, .choice(of: SupportAccess.self), default: SupportAccess.allowed, by: .owner,
        "Access for support", "Whether whoever runs the suite may act as you, or only when you have agreed.")

    // Calls.
    package static let callRetryHours = SettingKey(
        "call_retry_hours", .calls, .integers(1...720, .hours, count: 1...10), default: [2, 24, 24], "Retry schedule",
        "An unanswered call is tried again after each of these pauses, counted from the attempt before.")
    package static let callRetryAttempts = SettingKey(
        "call_retry_attempts", .calls, .integer(0...10, .times), default: 3, "Retries at most",
        "So often an unanswered call is tried again; 0 for never. The last pause holds for those beyond the schedule.")
    package static let transcribesCalls = SettingKey(
        "transcribe_calls", .calls, .flag, default: true, "Transcribe calls",
        "Recordings are written down as they come in; otherwise when it is asked for.")

    package static let transcriptionEngine = SettingKey(
        "transcription_engine", .calls, .choice(of: EngineChoice.self), default: EngineChoice.standard,
        "Engine of transcripts", "Which engine writes calls down.")
    package static let analysisEngine = SettingKey(
        "analysis_engine", .calls, .choice(of: EngineChoice.self), default: EngineChoice.standard,
        "Engine of analyses", "Which engine analyses calls; the local one gives a preview.")
    package static let transcriptionLanguage = SettingKey(
        "transcription_language", .calls, .language, default: "und", "Language of calls",
        "The language of calls that name none; und has the engine find out.")
    package static let aiBudget = SettingKey(
        "ai_budget_dollars", .calls, .integer(0...1_000_000, .dollars), default: 0, by: .owner, "Budget of engines",
        "When engines have cost so much in a month, calls wait for the next one or a higher budget; 0 for no limit.")

    // Recording.
    package static let recordingPolicy = SettingKey(
        "recording_policy", .recording, .choice(of: RecordingPolicy.self), default: RecordingPolicy.announcement,
        by: .owner, "Recording", "What happens before a call is recorded; with never no recording is taken in.")

    package static let redactsCardNumbers = SettingKey(
        "redact_card_numbers", .recording, .flag, default: true, by: .owner, "Card numbers",
        "Numbers of payment cards that are spoken aloud are silenced in recordings and taken out of transcripts.")
    package static let recordsInternalCalls = SettingKey(
        "record_internal_calls", .recording, .flag, default: false, by: .owner, "Calls within the house",
        "Whether recordings of calls between extensions are kept and written down too.")
    package static let recodeDays = SettingKey(
        "recode_after_days", .recording, .integer(0...3650, .days), default: 0, by: .owner, "Smaller recordings",
        "After so many days recordings are kept in a coding that takes a fraction of the space; 0 for never.")

    // Retention.
    package static let binDays = SettingKey(
        "bin_days", .retention, .integer(1...365, .days), default: 30, by: .owner, "Bin",
        "What was deleted can be restored for so long.")
    package static let callRetentionDays = retention(
        "call_retention_days", "Calls", "Calls with all that belongs to them")
    package static let recordingRetentionDays = retention("recording_retention_days", "Recordings", "Recordings")
    package static let transcriptRetentionDays = retention(
        "transcript_retention_days", "Transcripts", "Transcripts and analyses")
    package static let auditRetentionDays = retention("audit_retention_days", "Audit log", "Entries of the audit log")

    // As the Telemarketing Sales Rule of the United States asks for (16 CFR 310.5), and longer than the four years in which
    // somebody can sue there (28 U.S.C. 1658).
    private static let fiveYears = 1_826
    package static let decisionRetentionDays = SettingKey(
        "decision_retention_days", .retention, .integer(0...3650, .days), default: fiveYears, by: .owner,
        "Decisions on contacts",
        "Records of whom one might contact are removed after so many days, 0 keeps them; US rules ask for five years.")
    package static let consentProofDays = SettingKey(
        "consent_proof_days", .retention, .integer(Int64(fiveYears)...36_500, .days), default: fiveYears, by: .owner,
        "Proofs of consent",
        "What proves a consent is removed so many days after it ended; five years, as US rules ask for, at least.")

    // Privacy.
    package static let performanceNames = SettingKey(
        "performance_names", .privacy, .choice(of: PerformanceNames.self), default: PerformanceNames.named, by: .owner,
        "Figures about people", "Under which name figures of one person are shown to others.")
    package static let listening = SettingKey(
        "listening", .privacy, .choice(of: Listening.self), default: Listening.visible, by: .owner, "What agents hear",
        "Agents hear the recordings of all calls that they see, or of their own calls alone.")
    package static let agentEmotion = SettingKey(
        "agent_emotion", .privacy, .flag, default: false, by: .owner, "Emotion of agents",
        "Whether what agents feel is looked for too, beside what customers feel.")

    /// 0 keeps a thing for as long as its tenant is there.
    private static func retention(_ name: String, _ title: String, _ what: String) -> SettingKey<Int> {
        SettingKey(
            name, .retention, .integer(0...3650, .days), default: 0, by: .owner, title,
            "\(what) are removed after so many days; 0 keeps them.")
    }

    /// Every setting, in the order of the forms.
    package static let all: [Setting] =
        [
            language.setting, timeZone.setting, country.setting, appearance.setting, sessionTimeoutHours.setting,
            visibility.setting, supportAccess.setting, callRetryHours.setting, callRetryAttempts.setting,
            transcribesCalls.setting,
            transcriptionEngine.setting, analysisEngine.setting, transcriptionLanguage.setting, aiBudget.setting,
            recordingPolicy.setting, redactsCardNumbers.setting, recordsInternalCalls.setting, recodeDays.setting,
            binDays.setting,
            callRetentionDays.setting, recordingRetentionDays.setting,
            transcriptRetentionDays.setting, auditRetentionDays.setting, decisionRetentionDays.setting,
            consentProofDays.setting, performanceNames.setting, listening.setting, agentEmotion.setting,
        ] + AnalysisFeature.allCases.compactMap { analysisFeatures[$0]?.setting }

    private static let byName: [String: Setting] = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// The setting of a name; nil for a name that nobody knows.
    package static func named(_ name: String) -> Setting? { byName[name] }
}
