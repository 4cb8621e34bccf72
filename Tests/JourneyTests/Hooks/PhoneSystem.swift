import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// A phone system of a tenant that tells of its calls by signed hooks, as the connection that was made for it asks.
struct PhoneSystem: Sendable {
    let connection: TenancyAPI.Connection
    private let caller: Caller
    private let key: [UInt8]

    /// Connects it; everything that it is told comes from the answer.
    init(_ owner: Caller) async throws {
        let answer = try await owner.post("/api/v1/connections", ["provider": "generic", "name": "Own PBX"])
        connection = try answer.expect(201).decoded(TenancyAPI.Connection.self)
        let secret = try #require(connection.webhookSecret)
        owner.visit.plant(secret)
        caller = owner.anonymous
        key = try #require(Base64.standard.decode(String(secret.dropFirst("whsec_".count))))
    }

    /// Tells one event, signed; `id` names the message.
    func tell(_ id: String, _ event: JSONValue) async throws -> Answer {
        let body = try JSON.encode(event)
        let time = Timestamp.now().seconds
        let digest = HMAC.sha256(Array("\(id).\(time).".utf8) + body, key: key)
        return try await send(body, id, time, signature: "v1,\(Base64.standard.encode(digest))")
    }

    /// Tells what somebody else has signed.
    func forge(_ id: String, _ event: JSONValue) async throws -> Answer {
        let digest = HMAC.sha256(try JSON.encode(event), key: SecureRandom.bytes(32))
        return try await send(
            try JSON.encode(event), id, Timestamp.now().seconds, signature: "v1,\(Base64.standard.encode(digest))")
    }

    private func send(_ body: [UInt8], _ id: String, _ time: Int64, signature: String) async throws -> Answer {
        let origin = "http://\(caller.host)"
        try #require(connection.hookURL.hasPrefix("\(origin)/hooks/"))
        return try await caller.send(
            .post, String(connection.hookURL.dropFirst(origin.count)),
            [
                "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": "\(time)",
                "webhook-signature": signature,
            ], body: .bytes(body))
    }
}
