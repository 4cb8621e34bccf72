import FoundationEssentials
import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// Every route of one tenant, tried with the credentials of another.
@Suite(.timeLimit(.minutes(20))) struct StrangerTests {
    /// What a tenant has that others must not see.
    private struct Belongings: Sendable {
        let tenant: TenantUnderTest
        let agent: TenantUnderTest.Person
        let invitation: InvitationID
        let key: APIKeyID
        let domain: DomainID
        let call: CallID

        static func make(_ visit: Visit) async throws -> Belongings {
            let tenant = try await TenantUnderTest.make(visit)
            let agent = try await tenant.person(.agent, visit)
            let owner = tenant.owner.caller
            let invited = try await owner.post(
                "/api/v1/invitations", ["email": "invited@planted.example", "role": "agent"]
            ).expect(201).decoded(TenancyAPI.CreatedInvitation.self)
            visit.plant(invited.token, "invited@planted.example")
            _ = try await tenant.key([.callsRead])
            let keys = try await owner.get("/api/v1/api-keys").expect(200).decoded(Page<TenancyAPI.APIKey>.self)
            let domain = try await owner.post(
                "/api/v1/domains", ["name": .string("belongs-to-\(tenant.subdomain).example")]
            ).expect(201).decoded(TenancyAPI.Domain.self)
            let call = try await owner.createCall(externalID: "belongs-to-\(tenant.subdomain)")
            return Belongings(
                tenant: tenant, agent: agent, invitation: invited.id, key: try #require(keys.data.first).id,
                domain: domain.id, call: call.id)
        }

        /// An id that is really there, for a path's parameter.
        func id(_ path: String) -> String {
            let parts = path.split(separator: "/")
            guard parts.count > 2 else { return UUID.v7().uuidString.lowercased() }
            return switch parts[2] {
            case "calls": call.description
            case "users", "analytics": agent.id.description
            case "invitations": invitation.description
            case "api-keys": key.description
            case "domains": domain.description
            case "platform": tenant.id.description
            default: UUID.v7().uuidString.lowercased()
            }
        }

        /// Words that no answer to a stranger may hold.
        var marks: [String] {
            [
                call.description, agent.id.description, tenant.owner.id.description, tenant.owner.email, agent.email,
                invitation.description, key.description, domain.description, "belongs-to-\(tenant.subdomain)",
            ]
        }
    }

    private static func strangers(_ visit: Visit) async throws -> [(name: String, caller: Caller)] {
        let other = try await TenantUnderTest.make(visit)
        let scopes = Scope.allCases
        return [
            ("owner", other.owner.caller), ("admin", try await other.person(.admin, visit).caller),
            ("agent", try await other.person(.agent, visit).caller), ("key", try await other.key(scopes)),
        ]
    }

    private static func send(
        _ operation: Operation, _ caller: Caller, _ id: (_ path: String) -> String
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["If-Match": "*"]
        var body = HTTPClientRequest.Body.empty
        if operation.takesJSON {
            headers.set("Content-Type", "application/json")
            body = .bytes(Array("{}".utf8))
        } else if operation.method == .put {
            headers.set("Content-Type", "audio/wav")
            body = .bytes([UInt8](repeating: 0, count: 100))
        }
        return try await caller.send(operation.method, operation.target(id), headers, body: body)
    }

    @Test func `at a tenant's host every credential of another is refused on every route`() async throws {
        try await SharedSuite.visit { visit in
            let belongings = try await Belongings.make(visit)
            let host = belongings.tenant.owner.caller
            var callers = try await Self.strangers(visit)
            callers.append(("super admin", try await visit.superAdmin()))
            for service in [ServiceName.gateway, .calls, .billing] {
                let token = try await visit.serviceToken(of: service, at: .tenancy)
                callers.append(("service \(service.rawValue)", host.with(token)))
            }
            let operations = try await Operation.all(visit)
            #expect(operations.count > 20)
            for operation in operations {
                for (name, caller) in callers {
                    let answer = try await Self.send(operation, caller.at(host), belongings.id)
                    #expect(
                        [401, 403, 404].contains(answer.status), "\(name): \(answer.request): \(answer.status)")
                    for mark in belongings.marks {
                        #expect(!answer.text.contains(mark), "\(name): \(answer.request) tells \(mark)")
                    }
                }
            }
        }
    }

    @Test func `at the own host nothing of another tenant can be named`() async throws {
        try await SharedSuite.visit { visit in
            let belongings = try await Belongings.make(visit)
            for (name, caller) in try await Self.strangers(visit) {
                for operation in try await Operation.all(visit) {
                    if operation.isParameterised {
                        let id = belongings.id(operation.path)
                        let answer = try await Self.send(operation, caller) { _ in id }
                        // What a request lacks is told before anything is looked up; figures and settings of nobody are the usual ones.
                        let isOfNobody = Self.ofNobody.contains { operation.path.hasPrefix($0) }
                        #expect(
                            [400, 401, 403, 404, 415, 422].contains(answer.status)
                                || isOfNobody && answer.status == 200,
                            "\(name): \(answer.request): \(answer.status)")
                        try await Self.checkSameAsAbsent(operation, caller, answer, id)
                    }
                    guard operation.method == .get, !operation.isParameterised else { continue }
                    let answer = try await caller.get(operation.path)
                    for mark in belongings.marks {
                        #expect(!answer.text.contains(mark), "\(name): \(answer.request) tells \(mark)")
                    }
                }
            }
        }
    }

    /// Beginnings of the paths that answer for people of whom nothing is known.
    private static let ofNobody = ["/api/v1/analytics/", "/api/v1/dialer/settings/"]

    /// Another tenant's row and an absent one are told apart by nothing but the request's id.
    private static func checkSameAsAbsent(
        _ operation: Operation, _ caller: Caller, _ answer: Answer, _ id: String
    ) async throws {
        guard ![401, 403, 404].contains(answer.status) || answer.status == 404 && operation.method == .get else {
            return
        }
        let nobody = UUID.v7().uuidString.lowercased()
        let absent = try await send(operation, caller) { _ in nobody }
        #expect(absent.status == answer.status, "\(answer.request)")
        guard answer.status != 200 else {
            // What was written tells when.
            guard operation.method == .get else { return }
            let here = answer.text.replacing(id, with: nobody)
            #expect(here == absent.text, "\(answer.request)")
            return
        }
        var here = try answer.decoded(Problem.self)
        let there = try absent.decoded(Problem.self)
        here.requestID = there.requestID
        #expect(try JSON.encode(here) == JSON.encode(there), "\(answer.request)")
    }

    @Test func `the host of the platform refuses what tenants have`() async throws {
        try await SharedSuite.visit { visit in
            let belongings = try await Belongings.make(visit)
            let host = visit.caller("admin")
            for operation in try await Operation.all(visit) {
                for caller in [belongings.tenant.owner.caller, belongings.agent.caller] {
                    let answer = try await Self.send(operation, caller.at(host), belongings.id)
                    #expect([401, 403, 404].contains(answer.status), "\(answer.request): \(answer.status)")
                }
            }
        }
    }

    @Test func `an agent sees own calls alone`() async throws {
        try await SharedSuite.visit { visit in
            let belongings = try await Belongings.make(visit)
            let agent = belongings.agent.caller
            try await agent.get("/api/v1/calls/\(belongings.call)").expect(404, "not_found")
            let own = try await agent.createCall()
            #expect(own.agentID == belongings.agent.id)
            let list = try await agent.get("/api/v1/calls").expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            #expect(list.data.map(\.id) == [own.id])
            try await agent.delete("/api/v1/calls/\(own.id)", ifMatch: "*").expect(403, "forbidden")
            try await agent.get("/api/v1/api-keys").expect(403, "forbidden")
        }
    }
}
