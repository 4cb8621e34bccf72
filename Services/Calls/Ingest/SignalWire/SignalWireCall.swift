import JSON
import Models

/// What SignalWire tells of a call in JSON: the call itself when it asks for a script, or an event about it.
enum SignalWireCall {
    private static let states: [String: CallStatus] = [
        "created": .registered, "ringing": .ringing, "answered": .inProgress, "ending": .inProgress,
        "ended": .completed,
    ]
    private static let reasons: [String: CallStatus] = [
        "busy": .busy, "noanswer": .noAnswer, "no_answer": .noAnswer, "cancel": .cancelled, "decline": .busy,
        "error": .failed, "failed": .failed,
    ]

    /// Nil for what tells of no call.
    static func report(of body: [UInt8], receivedAt: Timestamp) throws -> CallReport? {
        let value: JSONValue
        do { value = try JSON.decode(JSONValue.self, from: body) } catch {
            throw ProviderError(.invalid, "The event is no valid JSON.")
        }
        let call = value["call"] ?? value["params"] ?? value
        func text(_ name: String) -> String? {
            if case .string(let text)? = call[name], !text.isEmpty { text } else { nil }
        }
        guard let id = text("call_id") else { return nil }
        var report = CallReport(externalID: id, reportedAt: receivedAt)
        report.direction = text("direction").flatMap { CallDirection(rawValue: $0) }
        report.from = text("from_number") ?? text("from")
        report.to = text("to_number") ?? text("to")
        report.providerStatus = text("call_state")
        report.status = text("call_state").flatMap { states[$0] }
        if report.status == .completed, let reason = text("end_reason"), let other = reasons[reason.lowercased()] {
            report.status = other
        }
        report.startedAt = milliseconds(call["created_at"] ?? call["start_time"])
        report.answeredAt = milliseconds(call["answer_time"])
        report.endedAt = milliseconds(call["end_time"])
        if let url = text("record_url") ?? text("recording_url") {
            // Whatever host it names, the connection's credentials are not for it.
            report.recording = RecordingReference(kind: .url, locator: url)
        }
        return report
    }

    private static func milliseconds(_ value: JSONValue?) -> Timestamp? {
        switch value {
        case .int(let number) where number > 0: Timestamp(milliseconds: number)
        case .string(let text): LocalTime(text, in: .utc)?.instant
        default: nil
        }
    }
}
