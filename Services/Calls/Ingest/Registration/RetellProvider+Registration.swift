import HTTP
import HTTPClient
import JSON
import Models

extension RetellProvider {
    /// Web calls get a token for the browser; calls of one's own telephony an id to bridge them by.
    func register(
        _ call: CallRegistration, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderRegistration? {
        guard let agent = connection.settings["inbound_agent_id"] else {
            throw ProviderError(.invalid, "The connection names no inbound_agent_id.")
        }
        let metadata = try call.metadata.decode(JSONValue.self)
        var members: [JSONValue.Member] = [.init("agent_id", .string(agent)), .init("metadata", metadata)]
        if !call.isWeb {
            members.append(.init("direction", "inbound"))
            if let from = call.from { members.append(.init("from_number", .string(from))) }
            if let to = call.to { members.append(.init("to_number", .string(to))) }
        }
        var headers = authorization(connection)
        headers.set("Content-Type", "application/json")
        let path = call.isWeb ? "/v3/create-web-call" : "/v2/register-phone-call"
        let answer = try await client.ask(
            OutboundHTTPRequest(
                .post, endpoint + path, headers: headers, body: .bytes(try JSON.encode(JSONValue.object(members)))))
        let document = try JSONValue.reading(answer.body)
        guard let id = document.text("call_id") else {
            throw ProviderError(.invalid, "The provider's answer names no call.")
        }
        var report = CallReport(externalID: id, reportedAt: .now())
        report.status = .registered
        report.providerStatus = document.text("call_status") ?? "registered"
        report.direction = .inbound
        report.from = call.isWeb ? "web:\(id)" : call.from
        report.to = call.isWeb ? "web:\(agent)" : call.to
        report.metadata = try JSONText(encoding: ["agent_id": .string(agent), "metadata": metadata] as JSONValue)
        return ProviderRegistration(
            report: report, accessToken: document.text("access_token"),
            expiresAt: Self.expiry(document))
    }

    /// The unit is not said: seconds or milliseconds.
    private static func expiry(_ document: JSONValue) -> Timestamp? {
        guard let number = document.number("expires_at"), number > 0, number < 1e14 else { return nil }
        return number < 1e11 ? Timestamp(seconds: Int64(number)) : Timestamp(milliseconds: Int64(number))
    }
}
