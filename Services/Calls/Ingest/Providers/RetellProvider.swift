import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Web

/// Retell AI: hooks signed with an API key, calls read back one by one.
struct RetellProvider: CallProvider {
    private static let endpoint = "https://api.retellai.com"
    private static let tolerance: Int64 = 300_000
    private static let speakers = ["agent", "user", "transfer_target"]

    let name = "retell"
    /// The provider's API; tests put their own in its place.
    var endpoint = RetellProvider.endpoint

    // Verification.

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        let keys = [connection.credentials["webhook_key"], connection.credentials["api_key"]].compactMap { $0 }
        let now = hook.receivedAt.microseconds / 1_000
        guard let header = hook.headers["x-retell-signature"],
            keys.contains(where: { Self.isValid(header, hook.body, key: $0, nowMilliseconds: now) })
        else { throw Failure(.invalidSignature) }
    }

    /// Whether `v=<ms>,d=<hex>`, and nothing else, signs the bytes within five minutes.
    static func isValid(_ header: String, _ body: [UInt8], key: String, nowMilliseconds: Int64) -> Bool {
        let parts = header.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].hasPrefix("v="), parts[1].hasPrefix("d="), !key.isEmpty else { return false }
        let (digits, hex) = (parts[0].dropFirst(2), parts[1].dropFirst(2))
        guard (1...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let instant = Int64(digits), abs(nowMilliseconds - instant) <= tolerance, hex.utf8.count == 64,
            hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            let digest = Hex.decode(String(hex))
        else { return false }
        return ConstantTime.areEqual(digest, HMAC.sha256(body + Array(digits.utf8), key: Array(key.utf8)))
    }

    // Reports.

    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport] {
        let document = try JSONValue.reading(payload.body)
        guard let event = document.text("event") else { throw ProviderError(.invalid, "The payload names no event.") }
        guard let call = document["call"], call.text("call_id") != nil else {
            // What the dashboard's test button sends names no call.
            return []
        }
        let order = ["call_started": 0, "transcript_updated": 1, "call_ended": 2, "call_analyzed": 3][event]
        guard let order else { return [] }
        let turns = document.list("transcript_with_tool_calls")
        return [try report(of: call, turns: turns, order: order, receivedAt: payload.receivedAt)].compactMap { $0 }
    }

    /// A call as the hooks and the API both write it.
    func report(
        of call: JSONValue, turns: [JSONValue] = [], order: Int, receivedAt: Timestamp
    ) throws -> CallReport? {
        guard let id = call.text("call_id") else { return nil }
        let (started, ended) = (call.milliseconds("start_timestamp"), call.milliseconds("end_timestamp"))
        var report = CallReport(externalID: id, reportedAt: ended ?? started ?? receivedAt)
        report.order = order
        report.direction = call.text("direction").flatMap(CallDirection.init(rawValue:))
        if call.text("call_type") == "web_call" {
            report.direction = report.direction ?? .inbound
            report.from = "web:\(id)"
            report.to = call.text("agent_id").map { "web:\($0)" }
        } else {
            report.from = call.text("from_number")
            report.to = call.text("to_number")
        }
        let reason = call.text("disconnection_reason")
        report.status = Self.status(call.text("call_status"), reason)
        report.providerStatus = call.text("call_status")
        report.startedAt = started
        report.answeredAt = report.status == .inProgress || report.status == .completed ? started : nil
        report.endedAt = ended
        report.durationSeconds = call.number("duration_ms").map { ($0 / 1_000).rounded() }
        report.recording = recording(of: call)
        report.transcript = transcript(of: call, turns, isPartial: report.status?.isOver != true)
        report.summary = call["call_analysis"]?.text("call_summary")
        report.agent = agent(of: call)
        report.metadata = try metadata(of: call)
        return report
    }

    /// Our word for the provider's status and reason.
    private static func status(_ word: String?, _ reason: String?) -> CallStatus? {
        switch word {
        case "registered": return .registered
        case "ongoing": return .inProgress
        case "not_connected", "error", "ended": break
        default: return nil
        }
        switch reason {
        case "dial_no_answer": return .noAnswer
        case "dial_busy": return .busy
        case "voicemail_reached", "machine_detected": return .voicemail
        case "user_declined", "registered_call_timeout": return .cancelled
        case "dial_failed", "invalid_destination", "telephony_provider_permission_denied",
            "telephony_provider_unavailable", "sip_routing_error", "marked_as_spam", "no_valid_payment",
            "scam_detected":
            return .failed
        default: break
        }
        if word == "ended" { return .completed }
        return .failed
    }

    private func recording(of call: JSONValue) -> RecordingReference? {
        // Of the two channels the first is the agent's.
        if let url = call.text("recording_multi_channel_url") {
            return RecordingReference(kind: .url, locator: url, agentChannel: 0)
        }
        return call.text("recording_url").map { RecordingReference(kind: .url, locator: $0) }
    }

    /// Turns with times where there are any, else the plain text.
    private func transcript(
        of call: JSONValue, _ told: [JSONValue], isPartial: Bool
    ) -> ProvidedTranscript? {
        let turns = call.list("transcript_object").isEmpty ? told : call.list("transcript_object")
        guard !turns.isEmpty else {
            return call.text("transcript").flatMap {
                ProvidedTranscript(
                    lines: $0, speakers: ["Agent": .agent, "User": .customer, "Transfer Target": .unknown],
                    isPartial: isPartial)
            }
        }
        var last = 0.0
        let segments = turns.compactMap { turn -> ProvidedTranscript.Segment? in
            // Between what was said stand tools that were called and keys that were pressed.
            guard let text = turn.text("content"), Self.speakers.contains(turn.text("role") ?? "agent") else {
                return nil
            }
            let words = turn.list("words")
            let start = words.first?.number("start") ?? last
            let end = max(start, words.last?.number("end") ?? start)
            last = end
            let speaker: Speaker =
                switch turn.text("role") {
                case "agent": .agent
                case "user": .customer
                default: .unknown
                }
            return .init(speaker: speaker, startSeconds: start, endSeconds: end, text: text)
        }
        return segments.isEmpty ? nil : ProvidedTranscript(segments: segments, isPartial: isPartial)
    }

    /// What `register-call` and other programs of ours put into the call's metadata.
    private func agent(of call: JSONValue) -> AgentHint? {
        var hint = AgentHint(providerUser: call.text("agent_id"))
        if let text = call["metadata"]?.text("user_id") {
            do { hint.userID = try UserID(jsonText: text) } catch { hint.userID = nil }
        }
        hint.email = call["metadata"]?.text("user_email")
        return hint == AgentHint() ? nil : hint
    }

    private func metadata(of call: JSONValue) throws -> JSONText? {
        var members = call.picked([
            "agent_id", "agent_version", "call_type", "disconnection_reason", "metadata", "public_log_url",
        ])
        if let cents = call["call_cost"]?.number("combined_cost") {
            members.append(.init("cost_micros", .int(Int64((cents * 10_000).rounded()))))
        }
        if let analysis = call["call_analysis"], analysis != .null {
            members.append(.init("provider_analysis", analysis))
        }
        return members.isEmpty ? nil : try JSONText(encoding: JSONValue.object(members))
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        let key = connection.credentials["webhook_key"] ?? connection.credentials["api_key"]
        guard let key else { return nil }
        let milliseconds = now.microseconds / 1_000
        let body = try JSON.encode(
            [
                "event": "call_started",
                "call": [
                    "call_id": "test-call", "call_type": "phone_call", "call_status": "ongoing",
                    "direction": "inbound", "from_number": "+14155550123", "to_number": "+14155550199",
                    "start_timestamp": .int(milliseconds),
                ],
            ] as JSONValue)
        let digest = HMAC.sha256(body + Array("\(milliseconds)".utf8), key: Array(key.utf8))
        return HookSample(
            headers: [
                "Content-Type": "application/json", "x-retell-signature": "v=\(milliseconds),d=\(Hex.encode(digest))",
            ], body: body)
    }

    // Questions.

    /// Which of the tenant's agents takes a call that comes in; without a choice the number's own does.
    func answer(_ question: HookQuestion, _ connection: InternalAPI.Connection) throws -> HTTPResponse? {
        var members: [JSONValue.Member] = [
            .init("metadata", ["tenant_id": .string(question.tenant.jsonText)])
        ]
        if let agent = connection.settings["inbound_agent_id"] {
            members.insert(.init("override_agent_id", .string(agent)), at: 0)
        }
        return try .json(["call_inbound": .object(members)])
    }

    // The provider's API.

    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders {
        ["Authorization": "Bearer \(connection.credentials["api_key"] ?? "")", "Accept": "application/json"]
    }

    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport? {
        guard externalID.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 47 && $0 != 63 && $0 != 35 && $0 != 37 }) else {
            return nil
        }
        let request = OutboundHTTPRequest(
            .get, "\(endpoint)/v2/get-call/\(externalID)", headers: authorization(connection))
        let answer: OutboundHTTPResponse
        do { answer = try await client.ask(request) } catch let error as ProviderError where error.kind == .missing {
            return nil
        }
        let call = try JSONValue.reading(answer.body)
        let order = call["call_analysis"].map { $0 != .null } ?? false ? 3 : 2
        return try report(of: call, order: order, receivedAt: .now())
    }

    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        _ = try await client.ask(
            OutboundHTTPRequest(.get, "\(endpoint)/get-concurrency", headers: authorization(connection)))
    }
}
