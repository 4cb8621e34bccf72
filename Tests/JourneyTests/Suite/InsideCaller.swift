import HTTP
import HTTPClient
import JSON
import Models
import Testing

extension SuiteVisit {
    /// The token with which one service calls another, got as the service gets it.
    func serviceToken(of service: ServiceName, at callee: ServiceName) async throws -> String {
        let body: JSONValue = [
            "service": .string(service.rawValue), "secret": .string(suite.secret(of: service)),
            "audience": .string(callee.rawValue),
        ]
        plant(suite.secret(of: service))
        let answer = try await client.send(
            HTTPClientRequest(
                method: .post, target: "/internal/service-tokens", headers: ["Content-Type": "application/json"],
                body: .bytes(try JSON.encode(body))),
            to: HTTPEndpoint(host: "127.0.0.1", port: suite.ports.internal(.tenancy)), deadline: .seconds(60))
        let bytes = try await answer.body.collect(upTo: 65_536)
        let token = try JSON.decode(InternalAPI.Token.self, from: bytes).token
        plant(token)
        return token
    }

    /// Asks a service past the gateway, with the gateway's own token: what the service itself decides.
    func status(
        of target: String, at service: ServiceName, as caller: Caller, in tenant: TenantID, gateway token: String
    ) async throws -> Int {
        let answer = try await client.send(
            HTTPClientRequest(
                method: .get, target: target,
                headers: [
                    "Host": caller.host, "Authorization": "Bearer \(caller.credential ?? "")",
                    "X-Switchboard-Gateway": token, "X-Switchboard-Tenant": tenant.description,
                    "X-Switchboard-Client-Address": "203.0.113.7", "X-Switchboard-Scheme": "http",
                    "X-Switchboard-Host": caller.host,
                ]),
            to: HTTPEndpoint(host: "127.0.0.1", port: suite.ports.service(service)), deadline: .seconds(60))
        _ = try await answer.body.collect(upTo: 1 << 20)
        return answer.status
    }
}
