import Models
import Postgres
import Testing

@testable import Calls

struct ContactGateTests {
    private func gate() throws -> ContactGate { ContactGate(hashing: SubjectHashing(secrets: try TestSecrets.box())) }

    @Test func `what a machine sells needs consent, what a person dials does not`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            let machine = try await gate.decide(.sample(), for: tenant, database)
            #expect(machine.outcome == .refused)
            #expect(machine.reasons.map(\.code) == [.consentMissing])
            let person = try await gate.decide(.sample(isAutomated: false), for: tenant, database)
            #expect(person.outcome == .allowed)
            #expect(person.reasons.isEmpty)
            #expect(person.place?.regions == ["US-NY"])
        }
    }

    @Test func `at night the same call is put off until the morning, on record`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            let night = try await gate.decide(
                .sample(isAutomated: false, at: "2026-11-24T04:00:00Z"), for: tenant, database)
            #expect(night.outcome == .deferred)
            #expect(night.notBefore == .at("2026-11-24T13:00:00Z"))
            #expect(night.reason?.code == .outsideHours)
            let kept = try await database.tenant(tenant).first(
                """
                SELECT d.outcome, d.reason, d.not_before, a.address FROM contact_decisions AS d
                JOIN contact_decision_addresses AS a ON a.tenant_id = d.tenant_id AND a.decision_id = d.id
                WHERE d.tenant_id = \(tenant) AND d.id = \(night.id)
                """
            ) { row in
                (
                    try row.next(String.self), try row.next(String.self), try row.next(Timestamp.self),
                    try row.next(String.self)
                )
            }
            #expect(kept?.0 == "deferred")
            #expect(kept?.1 == "outside_hours")
            #expect(kept?.2 == night.notBefore)
            #expect(kept?.3 == "+12125550123")
        }
    }

    @Test func `a fourth call within a day waits until the first is a day old`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            for hour in ["15", "16", "17"] {
                let call = try await gate.decide(
                    .sample(isAutomated: false, at: "2026-11-24T\(hour):00:00Z"), for: tenant, database)
                #expect(call.outcome == .allowed)
            }
            let fourth = try await gate.decide(
                .sample(isAutomated: false, at: "2026-11-24T18:00:00Z"), for: tenant, database)
            #expect(fourth.reason?.code == .frequencyCap)
            #expect(fourth.notBefore == .at("2026-11-25T15:00:00Z"))
            let elsewhere = try await gate.decide(
                .sample(isAutomated: false, at: "2026-11-24T18:00:00Z"), for: .make(), database)
            #expect(elsewhere.outcome == .allowed)
        }
    }

    @Test func `emergency numbers get through to people and never to machines`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            let person = try await gate.decide(
                .sample("911", isAutomated: false, at: "2026-11-24T08:00:00Z"), for: .make(), database)
            #expect(person.outcome == .allowed)
            #expect(person.reason?.code == .emergencyNumber)
            let machine = try await gate.decide(.sample("911"), for: .make(), database)
            #expect(machine.outcome == .refused)
            #expect(machine.reason?.code == .emergencyNumber)
        }
    }

    @Test func `premium numbers and other countries are refused`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            let premium = try await gate.decide(.sample("+19002345678", isAutomated: false), for: .make(), database)
            #expect(premium.reasons.map(\.code) == [.premiumNumber])
            let foreign = try await gate.decide(.sample("+33142685300", isAutomated: false), for: .make(), database)
            #expect(foreign.reasons.map(\.code).contains(.countryNotAllowed))
            let nobody = try await gate.decide(.sample("12"), for: .make(), database)
            #expect(nobody.reasons.map(\.code) == [.invalidAddress])
        }
    }

    @Test func `recording follows the strictest place`() async throws {
        let gate = try gate()
        try await withCalls { database, _, _ in
            var question = ContactQuestion.sample(isAutomated: false)
            question.recording = .always
            let quiet = try await gate.decide(question, for: .make(), database)
            #expect(quiet.recording == .always)
            question.known = .init(postalCode: "90210")
            let announced = try await gate.decide(question, for: .make(), database)
            #expect(announced.recording == .announcement)
        }
    }
}
