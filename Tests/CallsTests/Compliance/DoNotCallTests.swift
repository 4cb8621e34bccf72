import HTTP
import HTTPClient
import LifeCycle
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct DoNotCallTests {
    private static let path = "/api/v1/consent/do-not-call"

    private func importFile(
        _ server: CallsServer, _ text: String, as caller: TestCaller = .user(.owner), path: String = path
    ) async throws -> CallsAPI.DoNotCallImport {
        let answer = try await server.send(
            .post, path + "/imports", as: caller, headers: ["Content-Type": "text/csv"], body: .bytes(Array(text.utf8)))
        #expect(answer.status == 201, "\(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    @Test func `a number on the list is refused, and one that was taken off is not`() async throws {
        try await CallsServer.with { server in
            let gate = ContactGate(hashing: server.routes.hashing)
            let added = try await server.json(
                .post, Self.path, #"{"number": "(212) 555-0123", "reason": "litigation", "note": "Letter of May"}"#,
                as: .user(.agent))
            #expect(added.status == 201)
            let entry: CallsAPI.DoNotCallEntry = try added.decoded()
            let again = try await server.json(.post, Self.path, #"{"number": "+12125550123"}"#)
            #expect(again.status == 200)
            let refused = try await gate.decide(.sample(isAutomated: false), for: server.tenant, server.database)
            #expect(refused.reasons.map(\.code) == [.doNotCall])
            let other = try await gate.decide(
                .sample(isAutomated: false), for: server.trust.otherTenant, server.database)
            #expect(other.outcome == .allowed)
            #expect(try await server.send(.delete, "\(Self.path)/\(entry.id)", as: .user(.agent)).status == 403)
            #expect(try await server.send(.delete, "\(Self.path)/\(entry.id)").status == 204)
            let allowed = try await gate.decide(.sample(isAutomated: false), for: server.tenant, server.database)
            #expect(allowed.outcome == .allowed)
        }
    }

    @Test func `a file is put on the list row by row, told of by its lines, and changes nothing twice`() async throws {
        try await CallsServer.with { server in
            let file = """
                \u{feff}phone,reason,expires_at,note\r
                +12125550100,requested,2099-01-31,"He said ""no"", twice"\r
                (212) 555-0101,,,\r
                nonsense,,,\r
                +12125550102,because,,\r
                +12125550103,,2001-01-01,\r
                +12125550100,,,\r
                +12125550104
                """
            let first = try await importFile(server, file)
            #expect(first.rows == 7 && first.added == 3 && first.known == 0 && first.refused == 4 && first.finished)
            let report = try await server.send(.get, "\(Self.path)/imports/\(first.id)/report")
            let lines = String(decoding: report.bytes, as: UTF8.self).split(separator: "\r\n").map {
                $0.split(separator: ",").prefix(2).joined(separator: " ")
            }
            #expect(
                lines == ["line code", "4 invalid_number", "5 invalid_reason", "6 invalid_date", "7 repeated"])
            let second = try await importFile(server, file)
            #expect(second.added == 0 && second.known == 3)
            let export = try await server.send(.get, "\(Self.path)/export")
            let text = String(decoding: export.bytes, as: UTF8.self)
            #expect(text.contains("+12125550100,requested,import,\"He said \"\"no\"\", twice\",2099-01-31"))
            #expect(text.split(separator: "\r\n").count == 4)
            let list = try await server.send(.get, "\(Self.path)?number=2125550101")
            #expect(try list.decoded(Page<CallsAPI.DoNotCallEntry>.self).data.map(\.reason) == [.register])
        }
    }

    @Test func `twenty thousand numbers are taken in portions`() async throws {
        try await CallsServer.with { server in
            let numbers = (0..<20_000).map { "+1212\(5_550_000 + $0)" }.joined(separator: "\n")
            let done = try await importFile(server, numbers)
            #expect(done.rows == 20_000 && done.added == 20_000)
            let page: Page<CallsAPI.DoNotCallEntry> = try await server.send(.get, Self.path).decoded()
            #expect(page.data.count == 20 && !page.totalIsExact && page.nextCursor != nil)
        }
    }

    @Test func `the platform's list holds for every tenant, which does not see it`() async throws {
        try await CallsServer.with { server in
            let gate = ContactGate(hashing: server.routes.hashing)
            let path = "/api/v1/platform/do-not-call"
            let added = try await server.send(
                .post, path, as: .superAdmin([.operation]), in: .platform,
                headers: ["Content-Type": "application/json"], body: .bytes(Array(#"{"number": "+12125550123"}"#.utf8)))
            #expect(added.status == 201, "\(String(decoding: added.bytes, as: UTF8.self))")
            for tenant in [server.tenant, server.trust.otherTenant] {
                let refused = try await gate.decide(.sample(isAutomated: false), for: tenant, server.database)
                #expect(refused.reasons.map(\.code) == [.platformDoNotCall])
            }
            let page: Page<CallsAPI.DoNotCallEntry> = try await server.send(.get, Self.path).decoded()
            #expect(page.data.isEmpty)
        }
    }

    @Test func `an erased person is nowhere to be read, and is not called all the same`() async throws {
        try await CallsServer.with { server in
            let number = "+12125550123"
            _ = try await server.json(.post, Self.path, #"{"number": "\#(number)"}"#)
            for type in ["tcpa_call", "gdpr_processing"] {
                _ = try await server.json(
                    .post, "/api/v1/consent/records",
                    #"{"address": "\#(number)", "type": "\#(type)", "method": "paper", "note": "Signed by \#(number)"}"#
                )
            }
            _ = try await server.json(
                .post, "/api/v1/consent/revocations", #"{"address": "\#(number)", "types": ["gdpr_processing"]}"#)
            let gate = ContactGate(hashing: server.routes.hashing)
            _ = try await gate.decide(.sample(), for: server.tenant, server.database)
            let steps = CallErasureService(database: server.database, blobs: server.blobs).steps
            let receipt = try await Erasing(database: server.database, steps: steps).erase(
                InternalAPI.Erasure(
                    id: .make(), kind: .person, tenantID: server.tenant,
                    phoneNumbers: [.init(number: number, national: "2125550123")], emails: []))
            #expect((receipt.erased["do_not_call_numbers"] ?? 0) == 1)
            let page: Page<CallsAPI.DoNotCallEntry> = try await server.send(.get, Self.path).decoded()
            #expect(page.data.count == 1 && page.data.allSatisfy { $0.number == nil })
            let left: Page<CallsAPI.Consent> = try await server.send(.get, "/api/v1/consent/records").decoded()
            #expect(left.data.map(\.type) == ["gdpr_processing"] && left.data.first?.address == nil)
            let after = try await gate.decide(.sample(), for: server.tenant, server.database)
            #expect(after.reasons.map(\.code).prefix(2) == [.doNotCall, .consentRevoked])
        }
    }

    @Test func `decisions and figures are read, filtered and exported`() async throws {
        try await CallsServer.with { server in
            let gate = ContactGate(hashing: server.routes.hashing)
            let now = Timestamp.now().description
            _ = try await gate.decide(.sample(at: now), for: server.tenant, server.database)
            _ = try await gate.decide(.sample("911", isAutomated: false, at: now), for: server.tenant, server.database)
            let path = "/api/v1/consent/decisions"
            let refused: Page<CallsAPI.ContactDecision> = try await server.send(.get, path + "?outcome=refused")
                .decoded()
            #expect(refused.data.map(\.address) == ["+12125550123"])
            #expect(refused.data.first?.reasons.first?.code == .consentMissing)
            let mine: Page<CallsAPI.ContactDecision> = try await server.send(.get, path + "?address=2125550123")
                .decoded()
            #expect(mine.data.count == 1)
            let export = try await server.send(.get, path + "/export")
            #expect(String(decoding: export.bytes, as: UTF8.self).split(separator: "\r\n").count == 3)
            let figures: CallsAPI.ConsentDashboard = try await server.send(.get, "/api/v1/consent/dashboard").decoded()
            #expect(figures.days.count == 30 && figures.days.map(\.refused).reduce(0, +) == 1)
            #expect(figures.days.map(\.allowed).reduce(0, +) == 1)
            #expect(figures.refusals.map(\.reason) == ["consent_missing"])
            #expect(try await server.send(.get, path, in: server.trust.otherTenant).status == 200)
            let none: Page<CallsAPI.ContactDecision> = try await server.send(.get, path, in: server.trust.otherTenant)
                .decoded()
            #expect(none.data.isEmpty)
        }
    }
}
