import Clients
import HTTP
import HTTPClient
import JSON
import Models

/// What a service made of a hook.
enum HookOutcome: Sendable, Equatable {
    case delivered
    /// The service does not want it, and says why in a word.
    case refused(String)
    /// Not now; again after the pause that the service asked for, if it did.
    case failed(String, retryAfter: Duration?)
    /// The service takes nothing at the moment, whatever the hook.
    case away(String, retryAfter: Duration?)
}

/// Sends one hook to its service, as the provider sent it and with the gateway's word for whose it is.
///
/// Confined to its loop.
final class HookSender: @unchecked Sendable {
    private static let longestAnswer = 64 << 10
    /// A service that asks for more patience is asked again all the same.
    private static let longestPause = Duration.seconds(3600)

    private let upstreams: Upstreams
    private let tokens: any ServiceTokenSource
    private let deadline: Duration

    init(upstreams: Upstreams, tokens: any ServiceTokenSource, deadline: Duration) {
        self.upstreams = upstreams
        self.tokens = tokens
        self.deadline = deadline
    }

    func send(_ hook: WaitingHook, _ content: HookContent, in lane: HookLane) async -> HookOutcome {
        guard var headers = HTTPHeaders(lines: content.headers) else { return .refused("unreadable") }
        let token: String
        do { token = try await tokens.token(for: lane.service) } catch { return .away("no_token", retryAfter: nil) }
        headers.add("X-Switchboard-Gateway", token)
        headers.add("X-Switchboard-Tenant", lane.tenant.jsonText)
        headers.add("X-Switchboard-Client-Address", content.clientAddress)
        headers.add("X-Switchboard-Scheme", content.scheme)
        headers.add("X-Switchboard-Host", content.host)
        headers.add("X-Switchboard-Hook-Id", hook.id.jsonText)
        headers.add("X-Switchboard-Hook-Received-At", hook.receivedAt.jsonText)
        headers.set("X-Request-ID", hook.id.jsonText)
        let request = HTTPClientRequest(
            method: HTTPMethod(content.method), target: content.target, headers: headers,
            body: content.body.isEmpty ? .empty : .bytes(content.body))
        do {
            let answer = try await upstreams.send(request, to: lane.service, deadline: deadline)
            defer { withExtendedLifetime(answer) {} }
            return await outcome(answer.response, token, lane.service)
        } catch let error as HTTPClientError {
            return Self.outcome(of: error)
        } catch let failure as Failure where failure.code == .unavailable {
            return .away("unreachable", retryAfter: nil)
        } catch {
            return .failed("no_answer", retryAfter: nil)
        }
    }

    private static func outcome(of error: HTTPClientError) -> HookOutcome {
        switch error {
        case .connectionFailed, .tooManyRequests: .away("unreachable", retryAfter: nil)
        case .deadlineExceeded: .failed("timeout", retryAfter: nil)
        case .invalidRequest: .refused("unreadable")
        case .connectionClosed, .malformedResponse, .requestBodyFailed: .failed("no_answer", retryAfter: nil)
        }
    }

    private func outcome(_ answer: HTTPClientResponse, _ token: String, _ service: ServiceName) async -> HookOutcome {
        let code = await Self.code(of: answer)
        let pause = answer.headers["retry-after"].flatMap { RetryAfter($0) }.map { min($0.duration, Self.longestPause) }
        switch answer.status {
        case 200..<300: return .delivered
        case 401:
            // Not the hook's signature, for which services have a word of their own: the gateway was not believed.
            tokens.drop(token, for: service)
            return .failed("gateway_refused", retryAfter: pause)
        case 403 where code == ErrorCode.tenantSuspended.rawValue: return .failed(code, retryAfter: pause)
        case 408, 425, 429: return .failed(code, retryAfter: pause)
        case 400..<500: return .refused(code)
        case 503: return .away(code, retryAfter: pause)
        default: return .failed(code, retryAfter: pause)
        }
    }

    /// The problem's word, or the status in its place.
    private static func code(of answer: HTTPClientResponse) async -> String {
        let plain = "status_\(answer.status)"
        let bytes: [UInt8]
        // Read to its end even when nothing is asked of it: the connection is used again.
        do { bytes = try await answer.body.collect(upTo: longestAnswer) } catch { return plain }
        guard answer.status >= 400, answer.headers["content-type"] == Problem.contentType else { return plain }
        let problem: Problem
        do { problem = try JSON.decode(Problem.self, from: bytes, unknownKeys: .ignore) } catch { return plain }
        let isWord = problem.code.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 95 }
        return isWord && 1...80 ~= problem.code.utf8.count ? problem.code : plain
    }
}
