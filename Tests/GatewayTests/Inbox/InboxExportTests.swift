import DatabaseTestSupport
import HTTP
import JSON
import Models
import Postgres
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Gateway

/// What the gateway gives out of its inbox.
@Suite(.timeLimit(.minutes(20))) struct InboxExportTests {
    private func application(_ inbox: InboxUnderTest, _ trust: TestTrust) throws -> WebApplication {
        WebApplication(
            loop: inbox.loop, logger: inbox.log.logger(), metrics: Metrics(),
            routes: InboxExportRoutes(database: inbox.database).table, trust: try trust.trust(), listener: .internal)
    }

    private func lines(_ response: HTTPResponse) async throws -> [String] {
        #expect(response.status == 200)
        return try await response.lines()
    }

    @Test func `a person's archive has the hooks that name them, in whatever form, and a tenant's has all`()
        async throws
    {
        try await InboxUnderTest.with { inbox async throws in
            let trust = try TestTrust(.gateway)
            try trust.knowledge.set(inbox.tenant, subdomain: "ours")
            let application = try application(inbox, trust)
            let theirs = [
                "From=%2B4930123456&Body=x", #"{"caller":"+49 (30) 12-34 56"}"#, "to=030%20123456",
                #"{"email":"Ada@Example.org"}"#,
            ]
            for text in theirs { try await inbox.tell(text) }
            // More than one page of them.
            for number in 0..<12 { try await inbox.tell("nobody \(number)") }
            try await inbox.tell("+4930123456", host: "globex.localhost:8080")
            func ask(_ request: HTTPRequest) async throws -> [String] {
                try await lines(await application.handler(request))
            }
            let contents = await application.handler(
                try trust.request(.get, "/internal/export", as: .service(.tenancy), in: inbox.tenant))
            #expect(try contents.decoded(InternalAPI.ExportContents.self).tables == ["hooks"])
            let person = InternalAPI.ExportedPerson(
                phoneNumbers: [.init(number: "+4930123456", national: "30123456")], emails: ["ada@example.org"],
                users: [], table: "hooks")
            let found = try await ask(
                trust.request(
                    .post, "/internal/export/person/rows", as: .service(.tenancy), in: inbox.tenant, json: person))
            #expect(found.count == theirs.count)
            #expect(found.allSatisfy { $0.contains(#""provider":"retell""#) && $0.contains(#""state":"waiting""#) })
            #expect(found.contains { $0.contains("%2B4930123456") } && !found.contains { $0.contains("nobody") })
            for path in ["/internal/export/tables/hooks", "/internal/export/texts"] {
                let all = try await ask(trust.request(.get, path, as: .service(.tenancy), in: inbox.tenant))
                #expect(all.count == theirs.count + 12, "\(path)")
            }
            let nothing = await application.handler(
                try trust.request(.get, "/internal/export/tables/inbox", as: .service(.tenancy), in: inbox.tenant))
            #expect(nothing.status == 404)
        }
    }

    @Test func `every internal route lets in exactly the services that were granted its scope`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let trust = try TestTrust(.gateway)
            let application = try application(inbox, trust)
            let wrong = try await InternalAccessMatrix(InboxExportRoutes(database: inbox.database).table).run(trust) {
                await application.handler($0)
            }
            #expect(wrong == [])
        }
    }
}
