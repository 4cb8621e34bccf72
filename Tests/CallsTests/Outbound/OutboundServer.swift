import Foundation
import HTTP
import HTTPClient
import IO
import Jobs
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

/// The service with a carrier beside it: its routes, its jobs, and the carrier's questions and words.
///
/// Confined to the test's loop.
final class OutboundServer: @unchecked Sendable {
    /// One carrier for every connection of a test.
    private struct Directory: CarrierDirectory {
        let fake: FakeCarrier

        func carrier(_ connection: ConnectionID, in tenant: TenantID) async throws -> any Carrier {
            guard connection == fake.connection else { throw CarrierError.unknownConnection }
            return fake.carrier
        }
    }

    private final class Box: @unchecked Sendable { var fake: FakeCarrier? }

    let server: CallsServer
    let fake: FakeCarrier
    let jobs: OutboundJobs
    private let runner: JobRunner
    let agent = UserID.make()

    var tenant: TenantID { server.tenant }
    var rows: TenantDatabase { server.database.tenant(tenant) }
    var me: TestCaller { .person(agent, .agent) }

    static func with(
        _ provider: CarrierProvider = .twilio, isSigned: Bool = false, settleTime: Duration = .seconds(20),
        _ body: @escaping @Sendable (OutboundServer) async throws -> Void
    ) async throws {
        let box = Box()
        try await CallsServer.with(
            carriers: { loop, knowledge in
                let fake = try FakeCarrier(loop, provider)
                box.fake = fake
                return CarrierAccess(
                    carriers: Directory(fake: fake),
                    check: { hook, provider, _ in
                        if isSigned { try fake.providers[provider.rawValue]?.verify(hook, fake.registered) }
                    },
                    addresses: TenantAddresses(scheme: "https", authority: "example.com", knowledge: knowledge))
            }, ingest: { isSigned ? box.fake?.seat : nil }
        ) { server in
            let outbound = OutboundServer(server, try #require(box.fake), settleTime)
            outbound.runner.start()
            let result: Result<Void, any Error>
            do { result = .success(try await body(outbound)) } catch { result = .failure(error) }
            await outbound.runner.stop(within: .seconds(5))
            await outbound.fake.stop()
            try result.get()
        }
    }

    private init(_ server: CallsServer, _ fake: FakeCarrier, _ settleTime: Duration) {
        self.server = server
        self.fake = fake
        var jobs = OutboundJobs(
            database: server.database,
            OutboundParts(server.routes.carriers, ContactGate(hashing: server.routes.hashing)))
        jobs.placing.settleTime = settleTime
        self.jobs = jobs
        runner = JobRunner(
            loop: server.loop, database: server.database,
            configuration: JobRunnerConfiguration(poll: .milliseconds(50)),
            logger: Logger(service: "tests", level: .error), metrics: Metrics())
        jobs.register(on: runner)
    }

    // The API.

    func send(
        _ method: HTTPMethod, _ target: String, _ json: String = "", as caller: TestCaller? = nil,
        ifMatch: String? = nil
    ) async throws -> CallsServer.Answer {
        var headers: HTTPHeaders = json.isEmpty ? [:] : ["Content-Type": "application/json"]
        if let ifMatch { headers.set("If-Match", ifMatch) }
        return try await server.send(
            method, target, as: caller ?? me, headers: headers, body: json.isEmpty ? .empty : .bytes(Array(json.utf8)))
    }

    /// Gives the agent a phone: the browser, unless other settings are given.
    func setUp(_ more: String = "", of user: UserID? = nil) async throws {
        server.people.add(user ?? agent, .agent)
        let answer = try await send(
            .patch, "/api/v1/dialer/settings/\(user ?? agent)",
            """
            {"connection_id": "\(fake.connection)", "caller_id": "\(fake.numbers[0])", "numbers": ["\(fake.numbers[0])"]\(more)}
            """, as: .user(.owner), ifMatch: "*")
        #expect(answer.status == 200)
    }

    /// Calls a number about something that the law leaves alone at any hour.
    func dial(_ to: String = "+12125550123") async throws -> CallsAPI.LiveCall {
        let answer = try await send(.post, "/api/v1/calls/dial", #"{"to": "\#(to)", "purpose": "transactional"}"#)
        #expect(answer.status == 201)
        return try answer.decoded()
    }

    func live(_ call: CallID) async throws -> CallsAPI.LiveCall {
        try await send(.get, "/api/v1/calls/\(call)/participants", as: .user(.owner)).decoded()
    }

    // The carrier.

    /// Waits until the carrier was told of so many calls; the last of them.
    func placed(_ count: Int) async throws -> FakeCarrier.Placed {
        try await until { self.fake.placed.count >= count }
        #expect(fake.placed.count == count)
        return try #require(fake.placed.last)
    }

    /// What the carrier is told to do with a call that it asks about.
    @discardableResult
    func ask(_ call: FakeCarrier.Placed, _ more: String = "", url: String? = nil) async throws -> String {
        let url = try #require(URLComponents(string: url ?? call.form["Url"] ?? ""))
        return try await ask(
            url.path + "?" + (url.percentEncodedQuery ?? ""),
            "CallSid=\(call.id)&From=%2B14155550100&To=%2B12125550123&CallStatus=in-progress\(more)")
    }

    func ask(_ target: String, _ form: String) async throws -> String {
        let answer = try await server.send(
            .post, target, as: .anonymous, headers: fake.signed(target, form), body: .bytes(Array(form.utf8)))
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/xml; charset=utf-8")
        return String(decoding: answer.bytes, as: UTF8.self)
    }

    /// The carrier says how a call goes.
    func tell(_ call: FakeCarrier.Placed, _ status: String) async throws {
        let url = try #require(URLComponents(string: call.form["StatusCallback"] ?? ""))
        try await tell(url.path + "?" + (url.percentEncodedQuery ?? ""), call.id, status)
    }

    func tell(_ target: String, _ id: String, _ status: String) async throws {
        #expect(try await tell(target, form: "CallSid=\(id)&CallStatus=\(status)") == 204)
    }

    /// Tells whatever a carrier tells, by way of the gateway's inbox.
    func tell(_ target: String, form: String, _ headers: HTTPHeaders? = nil) async throws -> Int {
        var headers = headers ?? fake.signed(target, form)
        headers.set("X-Switchboard-Hook-Id", HookID.make().jsonText)
        return try await server.send(
            .post, target, as: .anonymous, headers: headers, body: .bytes(Array(form.utf8))
        ).status
    }

    /// Waits for what jobs bring about.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await server.loop.sleep(for: .milliseconds(20)) }
    }

    func status(_ call: CallID) async throws -> CallStatus { try await live(call).status }

    func events(_ call: CallID) async throws -> [String] {
        try await server.database.values(
            "SELECT type FROM outbox_events WHERE subject = \("call/\(call)") ORDER BY sequence", as: String.self)
    }

    func texts(_ sql: SQL) async throws -> [String] { try await rows.values(sql, as: String.self) }
}
