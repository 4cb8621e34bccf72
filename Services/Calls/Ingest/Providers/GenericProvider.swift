import Crypto
import HTTP
import JSON
import Models
import Web

/// Any program that can sign a POST: the documented form of `docs/generic-webhook.md`.
struct GenericProvider: CallProvider {
    let name = "generic"

    /// What one event is about; a body may also hold several under `calls`.
    private struct Event: Codable {
        var id: String
        var reportedAt: Timestamp?
        var direction: CallDirection?
        var from: String?
        var to: String?
        var status: CallStatus?
        var providerStatus: String?
        var startedAt: Timestamp?
        var answeredAt: Timestamp?
        var endedAt: Timestamp?
        var durationSeconds: Double?
        var agent: Agent?
        var language: String?
        var recordingURL: String?
        var summary: String?
        var transcript: [Segment]?
        var sentimentScore: Double?
        var linkedID: String?
        var metadata: JSONText?
    }

    private struct Agent: Codable {
        var id: UserID?
        var email: String?
        var `extension`: String?
    }

    private struct Segment: Codable {
        var speaker: Speaker?
        var startSeconds: Double?
        var endSeconds: Double?
        var text: String
    }

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        try StandardWebhook.verify(
            hook.headers, body: hook.body, secrets: connection.webhookSecrets, now: hook.receivedAt)
    }

    func read(_ payload: HookPayload, _ connection: InternalAPI.Connection) throws -> PayloadReading {
        let document = try JSONValue.reading(payload.body)
        // What the test button of this and other programs sends.
        if document["test"] != nil || document["type"] == .string("ping") { return PayloadReading(reports: []) }
        var found = RecordSet<Event>()
        for element in try Self.events(of: document) {
            try found.add(element.shown) { try Self.event(element) }
        }
        return try found.reading { report(of: $0, receivedAt: payload.receivedAt) }
    }

    private static func events(of document: JSONValue) throws(ProviderError) -> [JSONValue] {
        guard let calls = document["calls"] else { return [document] }
        guard case .array(let elements) = calls else {
            throw ProviderError(.invalid, "The payload is not as documented: /calls is no list.")
        }
        return elements
    }

    private static func event(_ element: JSONValue) throws -> Event {
        let bytes = try JSON.encode(element)
        do { return try JSON.decode(Event.self, from: bytes, unknownKeys: .ignore) } catch {
            let fields = error.fields.prefix(5).map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
            throw ProviderError(.invalid, "The payload is not as documented: \(fields)")
        }
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        guard let secret = connection.webhookSecrets.first, let key = StandardWebhook.key(secret) else { return nil }
        let body = try JSON.encode(
            [
                "id": "test-call", "direction": "inbound", "from": "+14155550123", "to": "201", "status": "ringing",
                "started_at": .string(now.jsonText),
            ] as JSONValue)
        let digest = HMAC.sha256(Array("msg_test.\(now.seconds).".utf8) + body, key: key)
        return HookSample(
            headers: [
                "Content-Type": "application/json", "webhook-id": "msg_test", "webhook-timestamp": "\(now.seconds)",
                "webhook-signature": "v1,\(Base64.standard.encode(digest))",
            ], body: body)
    }

    private func report(of event: Event, receivedAt: Timestamp) -> CallReport {
        let told = event.reportedAt ?? event.endedAt ?? event.answeredAt ?? event.startedAt
        var report = CallReport(externalID: event.id, reportedAt: told ?? receivedAt)
        report.direction = event.direction
        report.from = event.from
        report.to = event.to
        report.status = event.status ?? (event.endedAt == nil ? nil : .completed)
        report.providerStatus = event.providerStatus
        report.startedAt = event.startedAt
        report.answeredAt = event.answeredAt
        report.endedAt = event.endedAt
        report.durationSeconds = event.durationSeconds
        report.agent = event.agent.map { AgentHint(userID: $0.id, email: $0.email, extension: $0.extension) }
        report.language = event.language
        report.recording = event.recordingURL.map { RecordingReference(kind: .url, locator: $0) }
        report.summary = event.summary
        report.transcript = event.transcript.map { segments in
            ProvidedTranscript(
                language: event.language,
                segments: segments.map {
                    let start = $0.startSeconds ?? 0
                    return .init(
                        speaker: $0.speaker ?? .unknown, startSeconds: start, endSeconds: $0.endSeconds ?? start,
                        text: $0.text)
                }, isPartial: report.status.map { !$0.isOver } ?? false)
        }
        report.speech = event.sentimentScore.map { LiveSpeech(sentimentScore: $0) }
        report.linkedID = event.linkedID
        report.metadata = event.metadata
        return report
    }
}
