import HTTP
import Models
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

struct TrustTests {
    @Test func `every route lets in exactly whom its guard names`() async throws {
        let trust = try TestTrust(.calls)
        let wrong = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            var wrong: [String] = []
            for entry in RouteMatrix(Sample.table).entries {
                let response = await handler(try entry.request(trust))
                let isRight =
                    entry.expectedStatus.map { $0 == response.status } ?? ![401, 403, 404].contains(response.status)
                if !isRight { wrong.append("\(entry): \(response.status)") }
            }
            return wrong
        }
        #expect(wrong == [])
    }

    @Test func `a request past the gateway is refused whatever it says of itself`() async throws {
        let trust = try TestTrust(.calls)
        let (bare, forged, messaging) = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            let bare = await handler(try trust.request(.get, "/api/v1/who", as: .intruder(.owner)))
            var request = try trust.request(.get, "/api/v1/who", as: .intruder(.owner))
            request.headers.set("X-Switchboard-Gateway", try TestTrust(.calls).serviceToken(.gateway))
            let forged = await handler(request)
            request.headers.set("X-Switchboard-Gateway", try trust.serviceToken(.messaging))
            return (bare.status, forged.status, await handler(request).status)
        }
        #expect(bare == 401)
        #expect(forged == 401)
        #expect(messaging == 401)
    }

    @Test func `a token of another tenant is refused by name`() async throws {
        let trust = try TestTrust(.calls)
        let problem = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            return try await handler(try trust.request(.get, "/api/v1/who", as: .stranger(.owner))).problem()
        }
        #expect(problem.code == "token_wrong_tenant")
    }

    @Test func `a suspended tenant reaches only what stays open, and a deleted one nothing`() async throws {
        let trust = try TestTrust(.calls)
        let (closed, open, gone) = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            try trust.knowledge.set(trust.tenant, status: .suspended)
            let closed = await handler(try trust.request(.get, "/api/v1/things", as: .user(.owner)))
            let open = await handler(try trust.request(.get, "/api/v1/who", as: .user(.owner)))
            try trust.knowledge.set(trust.tenant, status: .deleted)
            let gone = await handler(try trust.request(.get, "/api/v1/who", as: .user(.owner)))
            return (try closed.problem().code, open.status, gone.status)
        }
        #expect(closed == "tenant_suspended")
        #expect(open == 200)
        #expect(gone == 404)
    }

    @Test func `the platform's routes are there only on the platform's host`() async throws {
        let trust = try TestTrust(.calls)
        let (platform, tenant) = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            let path = "/api/v1/platform/things"
            let platform = await handler(try trust.request(.get, path, as: .user(.superAdmin), in: .platform))
            let tenant = await handler(try trust.request(.get, path, as: .user(.owner)))
            return (platform.status, tenant.status)
        }
        #expect(platform == 200)
        #expect(tenant == 404)
    }

    @Test func `dangerous routes wait for the change feed, and no key is made for somebody else`() async throws {
        let trust = try TestTrust(.calls)
        let (fresh, stale, acting) = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            let path = "/api/v1/things/\(CallID.make())"
            let fresh = await handler(try trust.request(.delete, path, as: .user(.owner)))
            trust.knowledge.setAge(.seconds(61))
            let stale = await handler(try trust.request(.delete, path, as: .user(.owner)))
            let acting = await handler(try trust.request(.post, "/api/v1/keys", as: .impersonating(.owner)))
            return (fresh.status, stale, acting.status)
        }
        #expect(fresh == 204)
        #expect(stale.status == 503)
        #expect(stale.headers["Retry-After"] == "10")
        #expect(acting == 403)
    }

    @Test func `a handler sees what the gateway vouches for`() async throws {
        let trust = try TestTrust(.calls)
        let thing = try await withLoop { loop in
            let handler = try Sample.application(loop, trust).handler
            return try await handler(try trust.request(.get, "/api/v1/who", as: .anonymous)).decoded(Sample.Thing.self)
        }
        #expect(thing.title == "\(trust.tenant) 203.0.113.7 https acme.localhost")
    }

    @Test func `an internal route asks for the grant, and for the tenant unless it is about none`() async throws {
        let trust = try TestTrust(.tenancy)
        let routes = Sample.Routes()
        let table = RouteTable(
            .tenancy,
            [
                .get("/internal/changes", "read_changes", .service(.changesRead), "Follow", routes.who, .withoutTenant),
                .get("/internal/connections", "read_connections", .service(.connectionsRead), "Read", routes.who),
                .get("/internal/any", "read_any", .anyService, "Read", routes.who),
            ])
        let (wrong, without, needed) = try await withLoop { loop in
            let handler = WebApplication(
                loop: loop, logger: LogCapture().logger(), metrics: Metrics(), routes: table, trust: try trust.trust(),
                listener: .internal
            ).handler
            var wrong: [String] = []
            for entry in RouteMatrix(table).entries {
                let status = await handler(try entry.request(trust)).status
                if status != entry.expectedStatus ?? 200 { wrong.append("\(entry): \(status)") }
            }
            var statuses: [Int] = []
            for path in ["/internal/changes", "/internal/connections"] {
                var request = try trust.request(.get, path, as: .service(.calls))
                request.headers.remove("X-Switchboard-Tenant")
                statuses.append(await handler(request).status)
            }
            return (wrong, statuses[0], statuses[1])
        }
        #expect(wrong == [])
        #expect(without == 200)
        #expect(needed == 400)
    }
}
