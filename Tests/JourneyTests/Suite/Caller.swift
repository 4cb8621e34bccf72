import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// Somebody who sends requests to the gateway, at one host and with one credential or none.
struct Caller: Sendable {
    let visit: Visit
    let host: String
    let credential: String?

    /// The same credential at another host.
    func at(_ other: Caller) -> Caller { Caller(visit: visit, host: other.host, credential: credential) }

    /// Nobody, at the same host.
    var anonymous: Caller { Caller(visit: visit, host: host, credential: nil) }

    /// Another credential at the same host.
    func with(_ credential: String) -> Caller { Caller(visit: visit, host: host, credential: credential) }

    func send(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders = [:], body: HTTPClientRequest.Body = .empty
    ) async throws -> Answer {
        var headers = headers
        headers.set("Host", host)
        if let credential { headers.set("Authorization", "Bearer \(credential)") }
        let answer = try await visit.client.send(
            HTTPClientRequest(method: method, target: target, headers: headers, body: body), to: visit.gateway,
            deadline: .seconds(60))
        return Answer(
            request: "\(method) \(target)", status: answer.status, headers: answer.headers,
            bytes: try await answer.body.collect(upTo: 256 << 20))
    }

    func get(_ target: String, _ headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.get, target, headers)
    }

    func post(_ target: String, _ value: JSONValue, _ headers: HTTPHeaders = [:]) async throws -> Answer {
        var headers = headers
        headers.set("Content-Type", "application/json")
        return try await send(.post, target, headers, body: .bytes(try JSON.encode(value)))
    }

    func post(_ target: String) async throws -> Answer { try await send(.post, target) }

    func delete(_ target: String, ifMatch version: String? = nil) async throws -> Answer {
        try await send(.delete, target, version.map { ["If-Match": $0] } ?? [:])
    }
}

/// A whole answer.
struct Answer: Sendable {
    let request: String
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The answer itself, when it has the status; otherwise the test ends here.
    @discardableResult
    func expect(_ status: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> Answer {
        #expect(headers["x-request-id"] != nil, "\(request)", sourceLocation: sourceLocation)
        try #require(
            self.status == status, "\(request): \(self.status) \(text.prefix(2000))", sourceLocation: sourceLocation)
        return self
    }

    /// The same for a problem with this code.
    @discardableResult
    func expect(_ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> Problem
    {
        try expect(status, sourceLocation: sourceLocation)
        #expect(headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
        let problem = try decoded(Problem.self)
        #expect(problem.code == code, "\(request): \(problem.detail)", sourceLocation: sourceLocation)
        #expect(problem.status == status, sourceLocation: sourceLocation)
        return problem
    }

    /// The body as a wire type, of which it must have every field and no other.
    func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSON.decode(type, from: bytes)
    }
}
