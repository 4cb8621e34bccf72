/// Who called whom.
package enum CallDirection: String, Codable, CaseIterable, Sendable {
    case inbound, outbound, `internal`
}

/// The call's own state machine; the provider's word is kept beside it.
package enum CallStatus: String, Codable, CaseIterable, Sendable {
    case registered, ringing, completed, busy, failed, voicemail, cancelled
    case inProgress = "in_progress"
    case noAnswer = "no_answer"
}

/// Whether the call happened under our eyes or is history, which never acts.
package enum CallOrigin: String, Codable, CaseIterable, Sendable {
    case live, `import`
}

/// Where a call's recording is on its way to an analysis.
package enum ProcessingStage: String, Codable, CaseIterable, Sendable {
    case received, transcribing, transcribed, analysing, analysed, failed
    case recordingPending = "recording_pending"
    case recordingStored = "recording_stored"
    case noRecording = "no_recording"
}

/// Who speaks in a segment; never guessed.
package enum Speaker: String, Codable, CaseIterable, Sendable {
    case agent, customer, unknown
}

/// The tone of a call or a segment.
package enum SentimentLabel: String, Codable, CaseIterable, Sendable {
    case positive, neutral, negative
}
