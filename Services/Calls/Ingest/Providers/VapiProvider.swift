import HTTP
import HTTPClient
import JSON
import Models
import Web

/// Vapi: hooks as the tenant set them up there, questions of assistants, calls read back one by one.
struct VapiProvider: CallProvider {
    private static let reasonsOfNoAnswer = ["customer-did-not-answer", "customer-did-not-give-microphone-permission"]

    let name = "vapi"
    /// The provider's API; tests put their own in its place.
    var endpoint = "https://api.vapi.ai"

    // Verification.

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        let isValid: Bool
        switch connection.settings["hook_authentication"] ?? "secret" {
        case "bearer":
            let field = hook.headers["authorization"] ?? ""
            let token = field.lowercased().hasPrefix("bearer ") ? String(field.dropFirst(7)) : nil
            isValid = VapiSignature.isValid(token, among: connection.webhookSecrets)
        case "hmac":
            let secrets = [connection.credentials["hmac_secret"]].compactMap { $0 } + connection.webhookSecrets
            let plan = VapiSignature.Plan(connection.settings)
            isValid = secrets.contains {
                VapiSignature.isValid(
                    hook.headers, hook.body, plan, secret: $0, now: hook.receivedAt, method: hook.method.rawValue,
                    url: hook.url)
            }
        default: isValid = VapiSignature.isValid(hook.headers["x-vapi-secret"], among: connection.webhookSecrets)
        }
        guard isValid else { throw Failure(.invalidSignature) }
    }

    // Reports.

    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport] {
        let document = try JSONValue.reading(payload.body)
        guard let message = document["message"], let type = message.text("type") else {
            throw ProviderError(.invalid, "The payload holds no message.")
        }
        guard let call = message["call"] else { return [] }
        if type.hasPrefix("transcript") {
            return [speech(in: message, of: call, receivedAt: payload.receivedAt)].compactMap { $0 }
        }
        let order = ["assistant-request": 0, "status-update": 1, "end-of-call-report": 3][type]
        guard let order else { return [] }
        let told = message.milliseconds("timestamp") ?? payload.receivedAt
        return [try report(of: call, message, order: order, toldAt: told)].compactMap { $0 }
    }

    /// What somebody says; of the call nothing but that it runs, so that not every word changes it.
    private func speech(in message: JSONValue, of call: JSONValue, receivedAt: Timestamp) -> CallReport? {
        guard let id = call.text("id"), let text = message.text("transcript") else { return nil }
        let started = call.instant("startedAt") ?? call.instant("createdAt")
        var report = CallReport(externalID: id, reportedAt: started ?? receivedAt)
        report.order = 1
        report.status = .inProgress
        report.speech = LiveSpeech(
            speaker: message.text("role") == "user" ? .customer : .agent, text: text,
            isFinal: message.text("transcriptType") == "final" || message.text("type")?.contains("final") == true)
        return report
    }

    /// A call as hooks (with their message around it) and the API (by itself) write it.
    func report(of call: JSONValue, _ message: JSONValue, order: Int, toldAt: Timestamp) throws -> CallReport? {
        guard let id = call.text("id") else { return nil }
        var report = CallReport(externalID: id, reportedAt: toldAt)
        report.order = order
        let word = message.text("status") ?? (order == 3 ? "ended" : call.text("status"))
        let reason = message.text("endedReason") ?? call.text("endedReason")
        let started = message.instant("startedAt") ?? call.instant("startedAt")
        report.status = Self.status(word, reason, hasSpoken: started != nil)
        report.providerStatus = word
        report.startedAt = call.instant("createdAt") ?? started
        report.answeredAt = report.status == .inProgress || report.status == .completed ? started : nil
        report.endedAt = message.instant("endedAt") ?? call.instant("endedAt")
        Self.ends(of: call, message, id, &report)
        let artifact = message["artifact"] ?? call["artifact"]
        report.recording = artifact.flatMap(Self.recording) ?? Self.recording(call)
        // What is said meanwhile comes word by word, in messages of its own.
        report.transcript = report.status?.isOver == true ? artifact.flatMap(Self.transcript) : nil
        report.summary = (message["analysis"] ?? call["analysis"])?.text("summary")
        report.agent = Self.agent(of: call)
        report.metadata = try Self.metadata(of: call, message, reason)
        return report
    }

    /// Our word for the provider's; of the 595 reasons the beginnings count.
    private static func status(_ word: String?, _ reason: String?, hasSpoken: Bool) -> CallStatus? {
        switch word {
        case "scheduled", "queued": return .registered
        case "ringing": return .ringing
        case "in-progress", "forwarding": return .inProgress
        case "ended": break
        case "not-found", "deletion-failed": return .failed
        default: return nil
        }
        guard let reason else { return .completed }
        if reason == "voicemail" || reason.hasPrefix("voicemail") { return .voicemail }
        if reason == "customer-busy" || reason.hasSuffix("-busy") { return .busy }
        if reasonsOfNoAnswer.contains(reason) || reason.contains("did-not-answer") { return .noAnswer }
        if reason == "scheduled-call-deleted" || reason == "manually-canceled" { return .cancelled }
        let failures = [
            "call.start.error-", "call-start-error-", "assistant-not-", "assistant-request-", "twilio-failed",
            "vonage-",
        ]
        if failures.contains(where: { reason.hasPrefix($0) }) { return .failed }
        let breaks = ["pipeline-error-", "call.in-progress.error-", "phone-call-provider-"]
        if breaks.contains(where: { reason.hasPrefix($0) }), !hasSpoken { return .failed }
        return .completed
    }

    private static func ends(of call: JSONValue, _ message: JSONValue, _ id: String, _ report: inout CallReport) {
        let customer = call["customer"]?.text("number") ?? message["customer"]?.text("number")
        let line = (message["phoneNumber"] ?? call["phoneNumber"])?.text("number")
        let own = line ?? call.text("phoneNumberId").map { "web:\($0)" }
        switch call.text("type") {
        case "inboundPhoneCall":
            report.direction = .inbound
            (report.from, report.to) = (customer, own)
        case "outboundPhoneCall":
            report.direction = .outbound
            (report.from, report.to) = (own, customer)
        case "webCall", "vapi.websocketCall":
            report.direction = .inbound
            (report.from, report.to) = ("web:\(id)", call.text("assistantId").map { "web:\($0)" })
        default: break
        }
    }

    private static func recording(_ artifact: JSONValue) -> RecordingReference? {
        // In two channels the customer speaks on the first.
        if let url = artifact.text("stereoRecordingUrl") {
            return RecordingReference(kind: .url, locator: url, agentChannel: 1)
        }
        if let url = artifact["recording"]?.text("stereoUrl") {
            return RecordingReference(kind: .url, locator: url, agentChannel: 1)
        }
        return artifact.text("recordingUrl").map { RecordingReference(kind: .url, locator: $0) }
    }

    /// Turns with times where there are any, else the plain text.
    private static func transcript(_ artifact: JSONValue) -> ProvidedTranscript? {
        let segments = artifact.list("messages").compactMap { turn -> ProvidedTranscript.Segment? in
            let speaker: Speaker
            switch turn.text("role") {
            case "bot", "assistant": speaker = .agent
            case "user": speaker = .customer
            default: return nil
            }
            guard let text = turn.text("message") else { return nil }
            let start = turn.number("secondsFromStart") ?? 0
            return .init(
                speaker: speaker, startSeconds: start, endSeconds: start + (turn.number("duration") ?? 0) / 1_000,
                text: text)
        }
        guard segments.isEmpty else { return ProvidedTranscript(segments: segments) }
        return artifact.text("transcript").flatMap {
            ProvidedTranscript(lines: $0, speakers: ["AI": .agent, "User": .customer], isPartial: false)
        }
    }

    /// What our own calls through Vapi carry, and who that was.
    private static func agent(of call: JSONValue) -> AgentHint? {
        var hint = AgentHint(providerUser: call.text("assistantId"))
        let carried = call["metadata"]
        if let text = carried?.text("agent_id") ?? carried?.text("user_id") {
            do { hint.userID = try UserID(jsonText: text) } catch { hint.userID = nil }
        }
        hint.email = carried?.text("user_email")
        return hint == AgentHint() ? nil : hint
    }

    private static func metadata(of call: JSONValue, _ message: JSONValue, _ reason: String?) throws -> JSONText? {
        var members = call.picked(["type", "assistantId", "phoneNumberId", "metadata"])
        if let reason { members.append(.init("endedReason", .string(reason))) }
        if let dollars = message.number("cost") ?? call.number("cost") {
            members.append(.init("cost_micros", .int(Int64((dollars * 1_000_000).rounded()))))
        }
        if let analysis = message["analysis"] ?? call["analysis"], analysis != .null {
            members.append(.init("provider_analysis", analysis))
        }
        return members.isEmpty ? nil : try JSONText(encoding: JSONValue.object(members))
    }

    /// Authenticated by the way that was set up at Vapi.
    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        guard let secret = connection.webhookSecrets.first else { return nil }
        let body = try JSON.encode(
            [
                "message": [
                    "type": "status-update", "status": "ringing", "timestamp": .int(now.microseconds / 1_000),
                    "call": [
                        "id": "test-call", "type": "inboundPhoneCall", "createdAt": .string(now.jsonText),
                        "customer": ["number": "+14155550123"],
                    ],
                ]
            ] as JSONValue)
        var headers: HTTPHeaders
        switch connection.settings["hook_authentication"] ?? "secret" {
        case "bearer": headers = ["Authorization": "Bearer \(secret)"]
        case "hmac":
            let made = VapiSignature.headers(
                of: body, VapiSignature.Plan(connection.settings),
                secret: connection.credentials["hmac_secret"] ?? secret, now: now, method: "POST", url: url)
            guard let made else { return nil }
            headers = made
        default: headers = ["X-Vapi-Secret": secret]
        }
        headers.set("Content-Type", "application/json")
        return HookSample(headers: headers, body: body)
    }

    // Questions.

    func answer(_ question: HookQuestion, _ connection: InternalAPI.Connection) throws -> HTTPResponse? {
        let message = try JSONValue.reading(question.payload.body)["message"]
        switch message?.text("type") {
        case "assistant-request":
            if let assistant = connection.settings["assistant_id"] {
                return try .json(["assistantId": .string(assistant)])
            }
            return try .json(["error": "No assistant answers this number."])
        case "transfer-destination-request":
            guard let number = connection.settings["transfer_number"] else {
                return try .json(["error": "There is nobody to transfer to."])
            }
            return try .json(["destination": ["type": "number", "number": .string(number)]])
        case "tool-calls":
            let results = message?.list("toolCallList").map { call -> JSONValue in
                ["toolCallId": call["id"] ?? .null, "error": "This tool is not known here."]
            }
            return try .json(["results": .array(results ?? [])])
        default:
            // What only tells came to the address of questions; it is written down like any other.
            return try .json([:])
        }
    }

    // The provider's API.

    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders {
        ["Authorization": "Bearer \(connection.credentials["api_key"] ?? "")", "Accept": "application/json"]
    }

    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport? {
        guard connection.credentials["api_key"] != nil,
            externalID.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == 45 })
        else { return nil }
        let request = OutboundHTTPRequest(.get, "\(endpoint)/call/\(externalID)", headers: authorization(connection))
        let answer: OutboundHTTPResponse
        do { answer = try await client.ask(request) } catch let error as ProviderError where error.kind == .missing {
            return nil
        }
        let call = try JSONValue.reading(answer.body)
        let isOver = call.text("status") == "ended"
        let told = call.instant("updatedAt") ?? .now()
        return try report(of: call, .object([]), order: isOver ? 3 : 1, toldAt: told)
    }

    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        guard connection.credentials["api_key"] != nil else { return }
        _ = try await client.ask(
            OutboundHTTPRequest(.get, "\(endpoint)/call?limit=1", headers: authorization(connection)))
    }
}

extension HTTPResponse {
    /// A document as the answer to a question.
    static func json(_ value: JSONValue, status: Int = 200) throws -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(value)))
    }
}
