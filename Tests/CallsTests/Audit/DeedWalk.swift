import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// Goes through routes that change something, and reads what each has told the audit log.
///
/// Confined to the server's loop.
final class DeedWalk: @unchecked Sendable {
    let server: CallsServer
    let owner = UserID.make()
    private(set) var operations: Set<String> = []
    private var known = 0

    init(_ server: CallsServer) { self.server = server }

    var caller: TestCaller { .person(owner, .owner) }

    /// Everything that was told so far, the oldest first.
    func deeds() async throws -> [InternalAPI.Deed] {
        let events = try await server.database.query(
            """
            SELECT e.tenant_id, e.id FROM outbox_events AS e JOIN outbox_deliveries AS d
                ON d.tenant_id = e.tenant_id AND d.event_id = e.id AND d.subscriber = 'tenancy'
            WHERE e.type = 'deed.done' ORDER BY e.occurred_at, e.id
            """
        ) { row in (tenant: try row.next(TenantID.self), event: try row.next(EventID.self)) }
        var deeds: [InternalAPI.Deed] = []
        for (tenant, event) in events {
            let data = try await server.database.tenant(tenant).value(
                "SELECT data FROM outbox_payloads WHERE tenant_id = \(tenant) AND event_id = \(event)",
                as: JSONText.self)
            deeds.append(try #require(data).decode(InternalAPI.Deed.self))
        }
        return deeds
    }

    /// What a request that the test has sent by itself has told.
    func skip(_ operation: String) async throws -> [InternalAPI.Deed] {
        operations.insert(operation)
        let all = try await deeds()
        defer { known = all.count }
        return Array(all.dropFirst(known))
    }

    /// Sends a request that must succeed, and expects exactly these deeds; the answer.
    @discardableResult
    func step(
        _ operation: String, _ method: HTTPMethod, _ path: String, _ body: String? = nil, as other: TestCaller? = nil,
        in tenant: TenantID? = nil, type: String = "application/json", _ expected: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CallsServer.Answer {
        var headers: HTTPHeaders = [:]
        if method == .patch || method == .put || method == .delete { headers.set("If-Match", "*") }
        if body != nil { headers.set("Content-Type", type) }
        let answer = try await server.send(
            method, path, as: other ?? caller, in: tenant, headers: headers,
            body: body.map { .bytes(Array($0.utf8)) } ?? .empty)
        let text = String(decoding: answer.bytes.prefix(500), as: UTF8.self)
        #expect(
            (200..<300).contains(answer.status), "\(operation): \(answer.status) \(text)",
            sourceLocation: sourceLocation)
        operations.insert(operation)
        let all = try await deeds()
        let told = all.dropFirst(known)
        known = all.count
        #expect(told.map(\.action) == expected, "\(operation)", sourceLocation: sourceLocation)
        for deed in told {
            let isAnonymous = other == .anonymous
            let isOther = other != nil
            #expect(
                isOther ? (deed.userID == nil) == isAnonymous : deed.userID == owner, "\(operation)",
                sourceLocation: sourceLocation)
            #expect(deed.requestID?.isEmpty == false && deed.clientAddress?.isEmpty == false, "\(operation)")
            #expect(deed.before != nil || deed.after != nil, "\(operation)", sourceLocation: sourceLocation)
        }
        return answer
    }
}

extension CallsServer.Answer {
    /// The identifier in an answer.
    var id: String {
        get throws {
            guard case .string(let text) = try decoded(JSONValue.self)["id"] else { return "" }
            return text
        }
    }
}
