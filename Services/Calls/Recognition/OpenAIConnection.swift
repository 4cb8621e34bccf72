import HTTP
import HTTPClient
import IO
import JSON
import Telemetry

/// Makes requests of one endpoint and turns its refusals into errors that say whether to come back.
///
/// Confined to the loop of its client. A repeat costs again (the protocol has no idempotency), so only answers that
/// mean that nothing was done, and lost connections, are repeated here, and never for long: the job's queue waits better.
struct OpenAIConnection {
    private struct Refusal: Codable {
        struct Reason: Codable {
            var code: String?
            var type: String?
        }
        var error: Reason
    }

    /// A longer wait is the queue's.
    private static let longestWait = Duration.seconds(30)

    let client: OutboundHTTPClient
    let configuration: OpenAIConfiguration

    /// The body of a successful answer.
    func post(
        _ path: String, contentType: String, body: OutboundHTTPRequest.Body, answerLimit: Int = 8 << 20
    ) async throws(EngineError) -> [UInt8] {
        var request = OutboundHTTPRequest(
            .post, configuration.baseURL + path, headers: headers(contentType), body: body)
        request.deadline = configuration.timeout
        // Models think in silence before the first byte of the answer.
        request.idleDeadline = configuration.timeout
        request.maximumResponseBytes = answerLimit
        var delay = configuration.firstDelay
        var attempt = 1
        while true {
            do {
                return try await send(request)
            } catch {
                let wait = error.retryAfter ?? delay
                guard error.isRetryable, attempt < configuration.attempts, wait <= OpenAIConnection.longestWait else {
                    throw error
                }
                do { try await client.loop.sleep(for: wait) } catch { throw .tookTooLong }
            }
            delay *= 2
            attempt += 1
        }
    }

    private func headers(_ contentType: String) -> HTTPHeaders {
        var headers = HTTPHeaders()
        if let key = configuration.apiKey { headers.set("Authorization", "Bearer \(key.reveal())") }
        if let organization = configuration.organization { headers.set("OpenAI-Organization", organization) }
        if let project = configuration.project { headers.set("OpenAI-Project", project) }
        headers.set("Content-Type", contentType)
        headers.set("Accept", "application/json")
        return headers
    }

    private func send(_ request: OutboundHTTPRequest) async throws(EngineError) -> [UInt8] {
        let answer: OutboundHTTPResponse
        do {
            answer = try await client.send(request)
        } catch {
            throw OpenAIConnection.failure(error)
        }
        guard !answer.isSuccess else { return answer.body }
        throw OpenAIConnection.refusal(
            status: answer.status, reason: OpenAIConnection.reason(answer.body), headers: answer.headers)
    }

    /// The protocol's word for the refusal; nil for the pages that proxies send.
    private static func reason(_ body: [UInt8]) -> String? {
        do {
            let error = try JSON.decode(Refusal.self, from: body, unknownKeys: .ignore).error
            return error.code ?? error.type
        } catch {
            return nil
        }
    }

    /// What the network did.
    private static func failure(_ error: any Error) -> EngineError {
        switch error as? OutboundHTTPError {
        case .deadlineExceeded: .tookTooLong
        case .addressRefused(let refusal): EngineError("engine_address_refused", refusal.description)
        case .invalidURL, .invalidHeader:
            EngineError("engine_misconfigured", "The engine's address or key in the settings is not valid.")
        case .invalidResponse: .invalidAnswer
        case .responseTooLarge, .redirectRefused, .tooManyRedirects:
            EngineError("engine_answer_invalid", "The engine's answer could not be used.")
        default: EngineError("engine_unreachable", "The engine could not be reached.", isRetryable: true)
        }
    }

    /// What the endpoint said: by status first, since servers of other makers have codes of their own.
    static func refusal(status: Int, reason: String?, headers: HTTPHeaders) -> EngineError {
        let retryAfter = headers["retry-after"].flatMap { RetryAfter($0)?.duration }
        switch (status, reason) {
        case (_, "insufficient_quota"):
            return EngineError("engine_quota_exceeded", "The engine's account has no credit left.")
        case (429, _):
            return EngineError(
                "engine_rate_limited", "The engine asked to be called less often.", isRetryable: true,
                retryAfter: retryAfter)
        case (401, _), (403, _): return EngineError("engine_unauthorised", "The engine does not accept the key.")
        case (404, _): return EngineError("engine_not_found", "The engine does not know the model or the address.")
        case (_, "context_length_exceeded"), (413, _):
            return EngineError("engine_input_too_long", "The call is too long for the engine.")
        case (408, _), (409, _), (500..., _):
            return EngineError(
                "engine_unavailable", "The engine could not work on it now.", isRetryable: true, retryAfter: retryAfter)
        default: return EngineError("engine_refused", "The engine refused the request.")
        }
    }
}

extension EngineError {
    /// An answer that cannot be read or does not hold; a model may do better when it is asked again.
    static let invalidAnswer = EngineError(
        "engine_answer_invalid", "The engine's answer could not be used.", isRetryable: true)
}
