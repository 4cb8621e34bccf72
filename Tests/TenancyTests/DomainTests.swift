import HTTP
import JSON
import Models
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

struct DomainTests {
    private static let path = "/api/v1/domains"

    private func claim(
        _ world: TenancyWorld, _ name: String, in tenant: TenantID? = nil, as caller: TestCaller = .user(.owner)
    ) async throws -> HTTPResponse {
        try await world.send(
            .post, Self.path, as: caller, in: tenant, headers: ["Idempotency-Key": "\(EventID.make())"],
            json: ["name": .string(name)])
    }

    private func verify(_ world: TenancyWorld, _ id: DomainID, in tenant: TenantID? = nil) async throws -> HTTPResponse
    {
        try await world.send(.post, "\(Self.path)/\(id)/verify", as: .user(.owner), in: tenant)
    }

    /// A domain whose record is in its zone.
    private func claimed(
        _ world: TenancyWorld, _ name: String = "sales.acme.example", in tenant: TenantID? = nil
    ) async throws -> TenancyAPI.Domain {
        let domain: TenancyAPI.Domain = try await claim(world, name, in: tenant).decoded()
        world.zones.set(domain.record.name, .texts(["v=spf1 -all", domain.record.value]))
        return domain
    }

    private func check(_ world: TenancyWorld) async throws {
        try await CheckDomainsJob.run(
            world.database, records: world.routes.records, mail: world.mail, loop: world.loop)
    }

    private func mailed(_ world: TenancyWorld) async throws -> [String] {
        try await world.force(
            """
            SELECT payload ->> 'letter' FROM job_payloads JOIN jobs ON id = job_id WHERE kind = 'send_mail' ORDER BY run_at, id
            """
        ).compactMap { $0[0] }
    }

    @Test func `a domain is the tenant's once its record says so, and all processes hear of it`() async throws {
        try await withTenancy { world in
            let made: TenancyAPI.Domain = try await claim(world, "Sales.Acme.Example.").decoded()
            #expect(made.name == "sales.acme.example" && made.state == .pending && made.fault == nil)
            #expect(made.record.type == "TXT" && made.record.name == "_switchboard-challenge.sales.acme.example")
            #expect(made.target == "acme.localhost")
            let early: TenancyAPI.Domain = try await verify(world, made.id).decoded()
            #expect(early.state == .pending && early.fault == .recordMissing && early.checkedAt != nil)
            world.zones.set(made.record.name, .texts(["switchboard-verification=somebody-elses"]))
            let other: TenancyAPI.Domain = try await verify(world, made.id).decoded()
            #expect(other.fault == .recordDiffers)
            world.zones.set(made.record.name, .failure)
            let away: TenancyAPI.Domain = try await verify(world, made.id).decoded()
            #expect(away.fault == .unreachable && away.state == .pending)

            let before = try await world.newestChange()
            let long = String(repeating: "x", count: 300)
            world.zones.set(made.record.name, .texts([long, made.record.value]))
            let verified: TenancyAPI.Domain = try await verify(world, made.id).decoded()
            #expect(verified.state == .verified && verified.verifiedAt != nil && verified.fault == nil)
            // The same once more is no change.
            _ = try await verify(world, made.id)
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.domain] && changes.first?.key == "sales.acme.example")
            #expect(
                try changes.first?.value?.decode(ChangeFeedAPI.DomainValue.self)
                    == ChangeFeedAPI.DomainValue(tenantID: world.tenant))
            let snapshot = try await ChangeStore(rows: world.database).snapshot()
            #expect(snapshot.filter { $0.kind == .domain }.map(\.key) == ["sales.acme.example"])
            let names = try await DomainStore(rows: world.rows(.platform)).listVerified()
            #expect(names == ["sales.acme.example"])

            let gone = try await world.send(.delete, "\(Self.path)/\(made.id)", as: .user(.owner))
            #expect(gone.status == 204)
            #expect(try await world.changes(after: before).map { $0.value == nil } == [false, true])
            #expect(try await verify(world, made.id).status == 404)
            for action in [AuditEntry.Action.domainAdded, .domainVerified, .domainRemoved] {
                #expect(try await world.audited(action) == 1)
            }
        }
    }

    @Test func `a claim blocks nobody, and what another has verified is refused`() async throws {
        try await withTenancy { world in
            let mine = try await claimed(world)
            let theirs: TenancyAPI.Domain = try await claim(world, mine.name, in: world.other).decoded()
            #expect(theirs.record.value != mine.record.value)
            world.zones.set(mine.record.name, .texts([mine.record.value, theirs.record.value]))
            // At once, so that the index decides.
            let statuses = try await world.together(2) { number in
                try await number == 0
                    ? verify(world, mine.id).status : verify(world, theirs.id, in: world.other).status
            }
            #expect(statuses.sorted() == [200, 409])
            let isMine = try await world.send(.get, "\(Self.path)/\(mine.id)", as: .user(.agent)).status == 403
            #expect(isMine)
            let found: TenancyAPI.Domain = try await world.send(
                .get, "\(Self.path)/\(mine.id)", as: .user(.admin)
            ).decoded()
            let (loser, id) = found.state == .verified ? (world.other, theirs.id) : (world.tenant, mine.id)
            let refused = try await verify(world, id, in: loser)
            #expect(try refused.problem().code == "domain_taken")
            let lost: TenancyAPI.Domain = try await world.send(
                .get, "\(Self.path)/\(id)", as: .user(.owner), in: loser
            ).decoded()
            #expect(lost.fault == .taken && lost.state == .pending)
            _ = try await world.send(.delete, "\(Self.path)/\(id)", as: .user(.owner), in: loser)
            #expect(try await claim(world, mine.name, in: loser).problem().code == "domain_taken")
        }
    }

    @Test func `owners alone claim domains, with a plan that has them`() async throws {
        try await withTenancy { world in
            for caller: TestCaller in [.user(.admin), .user(.agent), .apiKey(Set(Scope.allCases))] {
                #expect(try await claim(world, "a.example", as: caller).status == 403)
            }
            let domain = try await claimed(world)
            let stranger = try await world.send(.get, "\(Self.path)/\(domain.id)", as: .user(.owner), in: world.other)
            #expect(stranger.status == 404)
            #expect(try await verify(world, domain.id, in: world.other).status == 404)
            let theirs = try await world.send(.delete, "\(Self.path)/\(domain.id)", as: .user(.owner), in: world.other)
            #expect(theirs.status == 404)
            _ = try await TenantLifeStore(database: world.rows(world.tenant)).setEntitlements(
                .seed(for: .starter), of: world.tenant, origin: .operator)
            #expect(try await claim(world, "b.example").problem().code == "feature_disabled")
            #expect(try await verify(world, domain.id).problem().code == "feature_disabled")
        }
    }

    @Test(arguments: [
        "localhost", "acme", "acme.localhost", "a.b.localhost", "router.local", "127.0.0.1", "exa mple.com",
        "-a.example",
        "a..example", "münchen.example", "*.acme.example", "sales.acme.example:8080", "",
    ])
    func `a name that is no public domain, or the platform's, is refused`(name: String) async throws {
        try await withTenancy { world in
            let problem = try await claim(world, name).problem()
            #expect(problem.status == 422 && problem.errors.map(\.pointer) == ["/name"])
        }
    }

    @Test func `a tenant has one claim of a name, and a bounded number of them`() async throws {
        try await withTenancy { world in
            for number in 1...Domain.most {
                #expect(try await claim(world, "n\(number).example").status == 201)
                if number == 1 { #expect(try await claim(world, "n1.example").problem().code == "conflict") }
            }
            #expect(try await claim(world, "more.example").problem().code == "conflict")
            let page: Page<TenancyAPI.Domain> = try await world.send(
                .get, "\(Self.path)?limit=5", as: .user(.admin)
            ).decoded()
            #expect(page.total == Domain.most && page.data.map(\.name).first == "n\(Domain.most).example")
            #expect(page.data.count == 5)
        }
    }

    @Test func `the check is repeated, and a record that stays away costs the domain after a week`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let domain = try await claimed(world)
            func due() async throws {
                try await world.force("UPDATE domains SET next_check_at = now() - interval '1 s'")
                try await check(world)
            }
            func state() async throws -> TenancyAPI.Domain {
                try await world.send(.get, "\(Self.path)/\(domain.id)", as: .user(.owner)).decoded()
            }
            // Not due yet.
            try await check(world)
            #expect(try await state().state == .pending)
            try await due()
            #expect(try await state().state == .verified)
            let before = try await world.newestChange()
            world.zones.set(domain.record.name, .failure)
            try await due()
            #expect(try await state().fault == .unreachable)
            #expect(try await state().lapsesAt == nil)
            world.zones.set(domain.record.name, nil)
            try await due()
            try await due()
            let failing = try await state()
            #expect(failing.state == .verified && failing.fault == .recordMissing && failing.lapsesAt != nil)
            #expect(try await mailed(world) == ["domain_failing"])
            world.zones.set(domain.record.name, .texts([domain.record.value]))
            try await due()
            #expect(try await state().lapsesAt == nil)
            world.zones.set(domain.record.name, nil)
            try await due()
            try await world.force("UPDATE domains SET failing_since = now() - interval '8 days'")
            #expect(try await world.changes(after: before).isEmpty)
            try await due()
            #expect(try await state().state == .lapsed)
            let changes = try await world.changes(after: before)
            #expect(changes.map(\.kind) == [.domain] && changes.first?.value == nil)
            #expect(try await mailed(world) == ["domain_failing", "domain_failing", "domain_lapsed"])
            #expect(try await world.audited(.domainLapsed) == 1)
            // Free for others, and for the tenant itself.
            world.zones.set(domain.record.name, .texts([domain.record.value]))
            let again: TenancyAPI.Domain = try await verify(world, domain.id).decoded()
            #expect(again.state == .verified)
        }
    }

    @Test func `the gateway tells until when a domain has a certificate`() async throws {
        try await withTenancy { world in
            let domain = try await claimed(world)
            let end = Timestamp(seconds: Timestamp.now().seconds + 90 * 86_400)
            func tell(_ end: Timestamp?, as caller: ServiceName, of tenant: TenantID) async throws -> Int {
                let body = InternalAPI.DomainCertificate(name: domain.name, tenantID: tenant, expiresAt: end)
                let request = try world.trust.request(
                    .put, "/internal/domains/certificate", as: .service(caller), in: world.tenant, json: body)
                return await world.internal(request).status
            }
            func known() async throws -> Timestamp? {
                let found: TenancyAPI.Domain = try await world.send(
                    .get, "\(Self.path)/\(domain.id)", as: .user(.owner)
                ).decoded()
                return found.certificateExpiresAt
            }
            #expect(try await tell(end, as: .gateway, of: world.tenant) == 204)
            #expect(try await known() == end)
            #expect(try await tell(nil, as: .calls, of: world.tenant) == 403)
            #expect(try await tell(nil, as: .gateway, of: world.other) == 403)
            // A look at the record leaves it alone.
            _ = try await verify(world, domain.id)
            #expect(try await known() == end)
            #expect(try await tell(nil, as: .gateway, of: world.tenant) == 204)
            #expect(try await known() == nil)
        }
    }

    @Test func `a domain that waits is looked at ever more seldom, and then no more`() throws {
        let now = Timestamp.now()
        func next(_ age: Int64, verified: Bool = false, failing: Bool = false) -> Int64? {
            var domain = Domain(id: .make(), name: "a.example", challenge: "x", createdAt: now - .seconds(age))
            if verified { domain.verifiedAt = now }
            if failing { domain.failingSince = now }
            return domain.nextCheck(now: now).map { $0.seconds - now.seconds }
        }
        #expect(next(0) == 60 && next(6_000) == 600 && next(10 * 86_400) == 6 * 3_600 && next(31 * 86_400) == nil)
        #expect(next(90 * 86_400, verified: true) == 86_400)
        #expect(next(90 * 86_400, verified: true, failing: true) == 3_600)
    }
}
