package import HTTP
package import HTTPClient
import JSON
package import Models
package import Telemetry

/// Calls the `/internal` routes of another service: JSON both ways, with a service token, the tenant and the trace.
///
/// What the other service refuses comes back as the same `Failure`; what does not answer is `unavailable` or
/// `upstream_timeout`. Confined to the loop of its HTTP client.
package final class ServiceClient: @unchecked Sendable {
    /// The largest answer that is read.
    private static let largestAnswer = 8 << 20

    /// For whom and as part of what a call is made.
    package struct Scope: Sendable {
        /// Nil for the few calls that concern no tenant.
        package var tenant: TenantID?
        package var trace: TraceContext?
        package var deadline: Duration

        package init(tenant: TenantID?, trace: TraceContext? = nil, deadline: Duration = .seconds(10)) {
            self.tenant = tenant
            self.trace = trace
            self.deadline = deadline
        }
    }

    package let callee: ServiceName
    private let http: InternalHTTPClient
    private let endpoint: HTTPEndpoint
    private let tokens: any ServiceTokenSource

    package init(http: InternalHTTPClient, endpoint: HTTPEndpoint, callee: ServiceName, tokens: any ServiceTokenSource)
    {
        self.http = http
        self.endpoint = endpoint
        self.callee = callee
        self.tokens = tokens
    }

    /// Reads a resource.
    package func get<Output: Decodable & Sendable>(
        _ target: String, as output: Output.Type, scope: Scope
    ) async throws -> Output {
        try Self.decode(output, try await exchange(.get, target, nil, scope))
    }

    /// Sends a value and reads the answer.
    package func send<Output: Decodable & Sendable>(
        _ method: HTTPMethod, _ target: String, _ input: some Encodable & Sendable, as output: Output.Type, scope: Scope
    ) async throws -> Output {
        try Self.decode(output, try await exchange(method, target, try JSON.encode(input), scope))
    }

    /// Sends a value whose answer has no body that matters.
    package func send(
        _ method: HTTPMethod, _ target: String, _ input: some Encodable & Sendable, scope: Scope
    ) async throws {
        _ = try await exchange(method, target, try JSON.encode(input), scope)
    }

    /// Sends a request without a body whose answer has none that matters.
    package func send(_ method: HTTPMethod, _ target: String, scope: Scope) async throws {
        _ = try await exchange(method, target, nil, scope)
    }

    /// Reads a resource piece by piece, however large it is.
    ///
    /// The deadline is that of the answer's beginning.
    package func open(_ target: String, scope: Scope) async throws -> HTTPBody {
        try await open(.get, target, nil, scope)
    }

    /// Sends a value and reads the answer piece by piece, however large it is.
    package func open(
        _ method: HTTPMethod, _ target: String, _ input: some Encodable & Sendable, scope: Scope
    ) async throws -> HTTPBody {
        try await open(method, target, try JSON.encode(input), scope)
    }

    private func open(
        _ method: HTTPMethod, _ target: String, _ body: [UInt8]?, _ scope: Scope
    ) async throws -> HTTPBody {
        let token = try await tokens.token(for: callee)
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        if let tenant = scope.tenant { headers.add("X-Switchboard-Tenant", tenant.description) }
        if let trace = scope.trace ?? .current { headers.add("traceparent", trace.traceparent) }
        if body != nil { headers.add("Content-Type", "application/json") }
        let answer: HTTPClientResponse
        do {
            answer = try await http.send(
                HTTPClientRequest(
                    method: method, target: target, headers: headers, body: body.map { .bytes($0) } ?? .empty),
                to: endpoint, deadline: scope.deadline)
        } catch HTTPClientError.deadlineExceeded {
            throw Failure(.upstreamTimeout)
        } catch is HTTPClientError {
            throw Failure(.unavailable, headers: [(name: "Retry-After", value: "1")])
        }
        guard answer.status == 200 else {
            let body = try await answer.body.collect(upTo: Self.largestAnswer)
            throw ProblemAnswer.failure(status: answer.status, headers: answer.headers, body: body)
        }
        return answer.body
    }

    private func exchange(_ method: HTTPMethod, _ target: String, _ body: [UInt8]?, _ scope: Scope) async throws
        -> [UInt8]
    {
        let token = try await tokens.token(for: callee)
        var answer = try await attempt(method, target, body, scope, token)
        if answer.status == 401 {
            // The key may have been replaced since the token was made; a fresh one is tried once.
            tokens.drop(token, for: callee)
            answer = try await attempt(method, target, body, scope, try await tokens.token(for: callee))
        }
        guard (200..<300).contains(answer.status) else {
            throw ProblemAnswer.failure(status: answer.status, headers: answer.headers, body: answer.body)
        }
        return answer.body
    }

    private func attempt(
        _ method: HTTPMethod, _ target: String, _ body: [UInt8]?, _ scope: Scope, _ token: String
    ) async throws -> (status: Int, headers: HTTPHeaders, body: [UInt8]) {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)", "Accept": "application/json"]
        if let tenant = scope.tenant { headers.add("X-Switchboard-Tenant", tenant.description) }
        if let trace = scope.trace ?? .current { headers.add("traceparent", trace.traceparent) }
        if body != nil { headers.add("Content-Type", "application/json") }
        let request = HTTPClientRequest(
            method: method, target: target, headers: headers, body: body.map { .bytes($0) } ?? .empty)
        do {
            let answer = try await http.send(request, to: endpoint, deadline: scope.deadline)
            return (answer.status, answer.headers, try await answer.body.collect(upTo: Self.largestAnswer))
        } catch HTTPClientError.deadlineExceeded {
            throw Failure(.upstreamTimeout)
        } catch is HTTPClientError {
            throw Failure(.unavailable, headers: [(name: "Retry-After", value: "1")])
        } catch is HTTPBodyError {
            throw Failure(.upstreamUnavailable)
        }
    }

    private static func decode<Output: Decodable>(_ type: Output.Type, _ body: [UInt8]) throws -> Output {
        // A newer callee may say more than this caller knows.
        try JSON.decode(type, from: body, unknownKeys: .ignore)
    }
}
