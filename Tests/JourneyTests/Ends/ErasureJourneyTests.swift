import Foundation
import HTTP
import JSON
import Models
import Postgres
import TestSupport
import Testing

/// A person and a tenant are erased through real processes, and nothing finds them afterwards.
@Suite(.timeLimit(.minutes(20))) struct ErasureJourneyTests {
    private static let number = "+12025550177"

    @Test func `an archive is fetched, a person is found nowhere afterwards, and then a tenant leaves no row`()
        async throws
    {
        try await SuiteUnderTest.visit([:]) { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let neighbour = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let person = try await tenant.person(.agent, visit)
            let email = person.email
            visit.plant(Self.number)
            let tone = Tone.wave(177)
            for (caller, from) in [
                (owner, Self.number), (owner, "+12025550188"), (neighbour.owner.caller, Self.number),
            ] {
                var body = Caller.callBody(from: from)
                if case .object(var members) = body {
                    members.removeAll { $0.name == "metadata" }
                    members.append(.init("metadata", ["note": .string("ask \(email) or (202) 555-0177")]))
                    body = .object(members)
                }
                let call: CallsAPI.Call = try await caller.post("/api/v1/calls", body).expect(201).decoded()
                _ = try await caller.upload(tone, to: call.id).expect(202)
                // A tone says nothing, so whether it can be written down does not matter.
                try await visit.until("the call's work is over") {
                    [.analysed, .failed].contains(try await caller.call(call.id).processing.stage)
                }
            }
            try await visit.until("the letter to the person is with messaging") {
                try await visit.places(of: [email]).contains("messaging.mail_contents")
            }
            try await export(owner, visit)
            try await exportPerson(email, owner, visit)
            try await erase(email, owner, tenant, visit)
            try await remove(tenant, neighbour, visit)
        }
    }

    private func export(_ owner: Caller, _ visit: SuiteVisit) async throws {
        let made = try await owner.post("/api/v1/exports").expect(201).decoded(TenancyAPI.Export.self)
        var ready = made
        try await visit.until("the archive is ready") {
            ready = try await owner.get("/api/v1/exports/\(made.id)").expect(200).decoded(TenancyAPI.Export.self)
            return ready.state != .waiting
        }
        #expect(ready.state == .ready)
        let archive = try await owner.get("/api/v1/exports/\(made.id)/archive").expect(200)
        #expect(Int64(archive.bytes.count) == ready.sizeBytes && archive.bytes.starts(with: Array("PK".utf8)))
        let names = String(decoding: archive.bytes, as: UTF8.self)
        for name in ["calls/calls.ndjson", "calls/files/", "/original", "tenancy/users.ndjson", "manifest.json"] {
            #expect(names.contains(name), "\(name)")
        }
    }

    /// What there is about one person, from every service.
    private func exportPerson(_ email: String, _ owner: Caller, _ visit: SuiteVisit) async throws {
        let body: JSONValue = ["email": .string(email), "phone_number": "(202) 555-0177"]
        let made = try await owner.post("/api/v1/exports/people", body).expect(201).decoded(TenancyAPI.Export.self)
        var ready = made
        try await visit.until("the person's archive is ready") {
            ready = try await owner.get("/api/v1/exports/\(made.id)").expect(200).decoded(TenancyAPI.Export.self)
            return ready.state != .waiting
        }
        #expect(ready.state == .ready && ready.kind == .person)
        #expect(Set(ready.receipts.map(\.service)) == Set(ServiceName.allCases))
        #expect(ready.receipts.first { $0.service == .tenancy }?.rows["users"] == 1)
        let calls = ready.receipts.first { $0.service == .calls }
        #expect(calls?.rows["calls"] == 2 && (calls?.files ?? 0) > 0)
        #expect((ready.receipts.first { $0.service == .messaging }?.rows["mail_contents"] ?? 0) > 0)
    }

    private func erase(_ email: String, _ owner: Caller, _ tenant: TenantUnderTest, _ visit: SuiteVisit) async throws {
        let before = try await visit.files(of: tenant.id)
        #expect(before.count { $0.hasSuffix("/original") } == 2)
        let body: JSONValue = ["email": .string(email), "phone_number": "(202) 555-0177"]
        let made = try await owner.post("/api/v1/erasures", body).expect(201).decoded(TenancyAPI.Erasure.self)
        var done = made
        do {
            try await visit.until("all services have erased the person") {
                done = try await owner.get("/api/v1/erasures/\(made.id)").expect(200).decoded(TenancyAPI.Erasure.self)
                return done.state == .finished
            }
        } catch {
            let errors = try await visit.jobErrors()
            Issue.record("missing: \(done.missing), jobs: \(errors)")
            throw error
        }
        #expect(Set(done.receipts.map(\.service)) == Set(ServiceName.allCases))
        #expect(done.receipts.first { $0.service == .calls }?.erased["recordings"] == 1)
        #expect(done.receipts.first { $0.service == .tenancy }?.erased["users"] == 1)
        #expect(try await visit.places(of: [email, "2025550177", "(202) 555-0177"], besides: 1) == [])
        let after = try await visit.files(of: tenant.id)
        #expect(after.count { $0.hasSuffix("/original") } == 1 && !after.contains { $0.contains("/exports/") })
        let log = try await owner.get("/api/v1/audit/verification").expect(200)
            .decoded(TenancyAPI.AuditVerification.self)
        #expect(log.isWhole)
    }

    private func remove(
        _ tenant: TenantUnderTest, _ neighbour: TenantUnderTest, _ visit: SuiteVisit
    ) async throws {
        let admin = try await visit.superAdmin()
        let path = "/api/v1/platform/tenants/\(tenant.id)"
        try await admin.post("\(path)/deletion", ["confirm": .string(tenant.subdomain)]).expect(200)
        try await visit.pursue(tenant.id)
        var done: TenancyAPI.Erasure?
        try await visit.until("all services have erased the tenant") {
            let page = try await admin.get("/api/v1/platform/erasures").expect(200)
                .decoded(Page<TenancyAPI.Erasure>.self)
            done = page.data.first { $0.tenantID == tenant.id && $0.kind == .tenant }
            return done?.state == .finished
        }
        #expect(Set(done?.receipts.map(\.service) ?? []) == Set(ServiceName.allCases))
        // A gateway that was asked for the tenant just now may write its full bucket again, and removes it within a minute.
        try await visit.until("no row of the tenant is left") {
            try await visit.rows(of: tenant.id) == []
        }
        #expect(try await visit.files(of: tenant.id) == [])
        #expect(try await visit.rows(of: neighbour.id).count > 5)
        try await visit.until("the gateway knows the tenant no longer") {
            try await tenant.owner.caller.get("/api/v1/calls").status == 404
        }
        let body: JSONValue = [
            "name": "Next", "subdomain": .string(tenant.subdomain), "plan": "starter", "phone_system": "none",
            "owner": ["email": "next@example.com", "name": "Nora"],
        ]
        try await admin.post("/api/v1/platform/tenants", body).expect(409, "subdomain_taken")
        let calls = try await neighbour.owner.caller.get("/api/v1/calls").expect(200)
        #expect(calls.text.contains(#""total":1"#))
    }
}

extension SuiteVisit {
    /// What the jobs of all services say of their failures.
    func jobErrors() async throws -> [String] {
        let suite = self.suite
        return try await suite.blocking {
            var found: [String] = []
            for name in ServiceName.allCases where name != .gateway {
                let rows = try suite.databases.superuser(name).rows(
                    """
                    SELECT j.kind, j.state, j.error_code, p.error_detail FROM jobs AS j
                    LEFT JOIN job_payloads AS p ON p.tenant_id = j.tenant_id AND p.job_id = j.id
                    """)
                found += rows.map { "\(name.rawValue): " + $0.map { $0 ?? "-" }.joined(separator: " ") }
            }
            return found
        }
    }

    /// The tables of all databases, as `service.table`, with what a superuser's statement counts in each.
    private func counted(_ statement: @escaping @Sendable (String) -> String) async throws -> [String: Int] {
        let suite = self.suite
        return try await suite.blocking {
            var found: [String: Int] = [:]
            for name in ServiceName.allCases {
                let session = try suite.databases.superuser(name)
                let tables = try session.rows(
                    """
                    SELECT c.relname FROM pg_class AS c
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                    """)
                for case let table? in tables.map({ $0[0] }) {
                    let answer = try session.rows(statement(table))
                    found["\(name.rawValue).\(table)"] = answer.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
                }
            }
            return found
        }
    }

    /// The tables in which one of some texts stands, in any column, in more than so many rows.
    func places(of texts: [String], besides known: Int = 0) async throws -> [String] {
        let tests = texts.map { text in
            let hex = text.lowercased().utf8.map { String($0, radix: 16) }.joined()
            return "t::text ILIKE '%\(text)%' OR t::text LIKE '%\(hex)%'"
        }
        let condition = tests.joined(separator: " OR ")
        let found = try await counted { "SELECT count(*)::text FROM \($0) AS t WHERE \(condition)" }
        // A neighbour knows the same person, in one call of its own.
        return found.filter { $0.value > ($0.key.hasPrefix("calls.") ? known : 0) }.keys.sorted()
    }

    /// The tables with rows of a tenant.
    func rows(of tenant: TenantID) async throws -> [String] {
        let suite = self.suite
        return try await suite.blocking {
            var found: [String] = []
            for name in ServiceName.allCases {
                let session = try suite.databases.superuser(name)
                let tables = try session.rows(
                    """
                    SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
                      AND NOT a.attisdropped ORDER BY 1
                    """)
                for case let table? in tables.map({ $0[0] }) {
                    let count = try session.rows("SELECT count(*)::text FROM \(table) WHERE tenant_id = '\(tenant)'")
                    if count != [["0"]] { found.append("\(name.rawValue).\(table)") }
                }
            }
            return found
        }
    }

    /// The files of a tenant, recordings and archives.
    func files(of tenant: TenantID) async throws -> [String] {
        let suite = self.suite
        return try await suite.blocking {
            let all = FileManager.default.enumerator(atPath: suite.folder)?.compactMap { $0 as? String } ?? []
            return all.filter { path in
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: "\(suite.folder)/\(path)", isDirectory: &isFolder)
                return path.contains("\(tenant)/") && !isFolder.boolValue
            }
        }
    }

    /// Lets a deleted tenant's grace period be over, and has tenancy look at once.
    func pursue(_ tenant: TenantID) async throws {
        let suite = self.suite
        try await suite.blocking {
            let session = try suite.databases.superuser(.tenancy)
            try session.rows(
                "UPDATE tenants SET delete_after = now() - interval '1 s' WHERE tenant_id = '\(tenant)'")
            let job = JobID.make()
            try session.rows(
                """
                WITH job AS (
                    INSERT INTO jobs (tenant_id, id, kind) VALUES ('\(TenantID.platform)', '\(job)', 'pursue_erasures')
                    RETURNING tenant_id, id
                )
                INSERT INTO job_payloads (tenant_id, job_id, payload) SELECT tenant_id, id, '{}' FROM job
                """)
        }
    }
}
