import HTTP
import HTTPClient
import Models
import Testing

@testable import Gateway

@Suite struct NamesTests {
    /// Everything of an answer that could tell something: all but the time and the request's own id.
    private static func shown(_ response: HTTPClientResponse, _ door: DoorUnderTest) async throws -> [String] {
        var fields: [String] = ["\(response.status)"]
        for name in ["content-type", "cache-control", "content-length", "location", "retry-after", "vary", "server"] {
            fields.append("\(name): \(response.headers.all(named: name))")
        }
        let problem = try await door.problem(response)
        return fields + [problem.code, problem.title, problem.detail, problem.type]
    }

    @Test func `a name that nobody has is answered as any other thing that is not there`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let usual = try await Self.shown(try await door.send(.get, "/nowhere"), door)
            for host in [
                "nobody.localhost:8080", "gone.localhost:8080", "other.example", "localhost:8080", "app.localhost",
                "203.0.113.9", "nobody.localhost.", "xn--bcher-kva.example", "b\u{fc}cher.example",
            ] {
                for target in ["/api/v1/calls", "/nowhere", "/", "/hooks/calls/generic/abc/x"]
                where !host.hasPrefix("app") {
                    let answer: HTTPClientResponse
                    do { answer = try await door.send(.get, target, host: host) } catch { continue }
                    // What the parser itself refuses never reaches a name.
                    if answer.status == 400 { continue }
                    #expect(try await Self.shown(answer, door) == usual, "\(host)\(target)")
                }
            }
            #expect(asked.requests.isEmpty)
        }
    }

    @Test func `at the app host companies ask the platform for an account, and nothing else is there`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            for path in ["/api/v1/setup-requests", "/api/v1/setup-requests/confirm"] {
                #expect(try await door.send(.post, path, host: "app.localhost:8080").status == 200)
            }
            for path in ["/api/v1/auth/login", "/api/v1/platform/setup-requests", "/api/v1/setup-requestsx"] {
                #expect(try await door.send(.post, path, host: "app.localhost:8080").status == 404)
            }
            #expect(asked.requests.count == 2)
            #expect(
                asked.requests.allSatisfy { $0.headers["x-switchboard-tenant"] == TenantID.platform.description })
        }
    }

    @Test func `a domain finds its tenant however it is written`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            for host in ["calls.acme.example", "Calls.Acme.Example:8080", "calls.acme.example."] {
                #expect(try await door.send(.get, host: host).status == 200)
            }
            #expect(asked.requests.allSatisfy { $0.headers["x-switchboard-tenant"] == door.tenant.description })
        }
    }

    @Test func `a domain is a tenant's own host from its verification on, until it is given up`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let host = "sales.globex.example"
            #expect(try await door.send(host: host).status == 404)
            door.learnDomain(host, of: door.otherTenant)
            let bearer = try door.bearer(.owner, in: door.otherTenant)
            let own = try await door.send(
                .get, host: host,
                ["Authorization": bearer, "Cookie": "refresh=sbr_1", "Origin": "http://\(host)"])
            #expect(own.status == 200)
            let seen = try #require(asked.requests.last?.headers)
            #expect(seen["x-switchboard-tenant"] == door.otherTenant.description)
            // What the cookie's rules are made of: the host and the scheme that the browser knows.
            #expect(seen["x-switchboard-host"] == host && seen["x-switchboard-scheme"] == "http")
            #expect(seen["cookie"] == "refresh=sbr_1")
            // The token of another tenant is none here, and a site is allowed for the tenant whose widget it shows.
            let foreign = try await door.send(.get, host: host, ["Authorization": try door.bearer(.owner)])
            #expect(try await door.problem(foreign).code == "token_wrong_tenant")
            door.allow(["https://www.acme.example"])
            for (host, isAllowed) in [("calls.acme.example", true), (host, false)] {
                let answer = try await door.send(
                    .get, "/api/v1/widgets/x", host: host, ["Origin": "https://www.acme.example"])
                #expect(answer.headers.contains("access-control-allow-origin") == isAllowed)
            }
            door.learnDomain(host, of: nil)
            #expect(try await door.send(host: host).status == 404)
        }
    }

    @Test func `at a former name hooks arrive, pages lead to the new one and programs are told`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            let old = "acme-before.localhost:8080"
            #expect(try await door.send(host: old).status == 404)
            door.learnFormerName("acme-before", of: door.tenant, until: .now() + .seconds(60))

            let hook = try await door.send(.post, "/hooks/calls/generic/abc/x", host: old, body: .bytes([1]))
            #expect(hook.status == 200)
            #expect(asked.requests.first?.headers["x-switchboard-tenant"] == door.tenant.description)

            let page = try await door.send(
                .get, "/calls/12?a=b", host: old, ["Accept": "text/html,application/xhtml+xml"])
            #expect(page.status == 308)
            #expect(page.headers["location"] == "http://acme.localhost:8080/calls/12?a=b")

            for (method, accept) in [(HTTPMethod.get, "application/json"), (.post, "text/html"), (.get, "*/*")] {
                let answer = try await door.send(method, host: old, ["Accept": accept])
                let problem = try await door.problem(answer)
                #expect(problem.status == 421 && problem.code == "subdomain_changed")
                #expect(problem.detail.contains("http://acme.localhost:8080"))
            }
            #expect(asked.requests.count == 1)
        }
    }

    @Test func `a former name ends with its time, its tenant, and when it is somebody's again`() async throws {
        let asked = Asked()
        try await DoorUnderTest.with(service: asked.handler()) { door async throws in
            door.learnFormerName("late", of: door.tenant, until: .now() - .seconds(1))
            door.learnFormerName("nobodys", of: .make(), until: .now() + .seconds(60))
            door.learnFormerName("globex", of: door.tenant, until: .now() + .seconds(60))
            for name in ["late", "nobodys"] {
                #expect(
                    try await door.send(.post, "/hooks/calls/generic/abc/x", host: "\(name).localhost").status == 404)
            }
            _ = try await door.send(host: "globex.localhost:8080")
            #expect(asked.requests.first?.headers["x-switchboard-tenant"] == door.otherTenant.description)
        }
    }
}
