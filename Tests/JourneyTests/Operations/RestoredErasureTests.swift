import Foundation
import Glibc
import HTTP
import IO
import JSON
import Models
import TestSupport
import Testing

/// People who were erased stay erased, whatever backup is brought back.
@Suite(
    .timeLimit(.minutes(20)), .enabled(if: ScriptedSuite.isPossible, "s6 is not installed"))
struct RestoredErasureTests {
    /// Of a person with an account, calls, a consent and letters.
    private static let number = "+12025550177"
    /// Of somebody whom a hook alone names, that no service wanted.
    private static let caller = "+12025550166"

    private struct Kept: Sendable {
        let subdomain: String
        let tenant: TenantID
        let owner: String
        let email: String
        let erasures: [ErasureID]
    }

    @Test func `people who were erased after a backup are erased again after it was restored, everywhere`()
        async throws
    {
        let folder = try ScriptedSuite.makeFolder()
        defer { if getenv("JOURNEY_KEEP") == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let port = try SuitePorts.probe().gateway
        let (first, second, backup) = ("\(folder)/first", "\(folder)/second", "\(folder)/backup")

        let kept = try await ScriptedSuite.visit(data: first, port: port) { visit in
            try await Self.leaveTraces(visit, backup: backup, data: first)
        }
        let journal = "\(first)/tenancy/erasures.ndjson"
        try await ScriptedSuite.pool.run {
            try ScriptedSuite.run("restore", [backup], data: second, port: port, ["ERASURES": journal])
        }
        try await ScriptedSuite.visit(data: second, port: port) { visit in
            visit.plant(Self.number, Self.caller, kept.email)
            let owner = visit.caller(kept.subdomain, kept.owner)
            for id in kept.erasures {
                try await visit.until("the erasure was applied again") {
                    let answer = try await owner.get("/api/v1/erasures/\(id)")
                    return try answer.status == 200
                        && answer.decoded(TenancyAPI.Erasure.self).state == .finished
                }
            }
            #expect(try await Self.traces(of: kept.email, in: second) == [])
            #expect(try Self.recordings(in: second) == 1)
            let calls = try await owner.get("/api/v1/calls").expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            #expect(calls.data.map(\.from.number) == ["+12025550188"])
            let log = try await owner.get("/api/v1/audit/verification").expect(200)
                .decoded(TenancyAPI.AuditVerification.self)
            #expect(log.isWhole)
        }
    }

    private static func leaveTraces(_ visit: Visit, backup: String, data: String) async throws -> Kept {
        let tenant = try await TenantUnderTest.make(visit)
        let owner = tenant.owner.caller
        let email = try await tenant.person(.agent, visit).email
        visit.plant(number, caller)
        for from in [number, "+12025550188"] {
            var body = Caller.callBody(from: from)
            if case .object(var members) = body {
                members.removeAll { $0.name == "metadata" }
                members.append(.init("metadata", ["note": .string("ask\n\(email)\nor (202) 555-0177")]))
                body = .object(members)
            }
            let call: CallsAPI.Call = try await owner.post("/api/v1/calls", body).expect(201).decoded()
            _ = try await owner.upload(Tone.wave(from == number ? 1 : 2), to: call.id).expect(202)
            try await visit.until("the call's work is over") {
                [.analysed, .failed].contains(try await owner.call(call.id).processing.stage)
            }
        }
        for address in [number, email] {
            let type = address == email ? "gdpr_marketing" : "tcpa_call"
            try await owner.post(
                "/api/v1/consent/records", ["address": .string(address), "type": .string(type), "method": "paper"]
            ).expect(201)
        }
        let system = try await PhoneSystem(owner)
        let event: JSONValue = ["id": "pbx-9", "status": "ringing", "direction": "inbound", "from": .string(caller)]
        try await system.forge("m-1", event).expect(202)
        try await visit.until("all of it can be found") {
            let places = try await traces(of: email, in: data)
            return ["calls", "tenancy", "messaging", "gateway"].allSatisfy { name in
                places.contains { $0.hasPrefix("\(name) ") }
            }
        }
        #expect(try recordings(in: data) == 2)
        let port = visit.port
        try await ScriptedSuite.pool.run { try ScriptedSuite.run("backup", [backup], data: data, port: port) }

        var erasures: [ErasureID] = []
        let people: [JSONValue] = [
            ["email": .string(email), "phone_number": .string(number)], ["phone_number": .string(caller)],
        ]
        for person in people {
            let made = try await owner.post("/api/v1/erasures", person).expect(201).decoded(TenancyAPI.Erasure.self)
            erasures.append(made.id)
            try await visit.until("the person is erased") {
                try await owner.get("/api/v1/erasures/\(made.id)").expect(200)
                    .decoded(TenancyAPI.Erasure.self).state == .finished
            }
        }
        #expect(try await traces(of: email, in: data) == [])
        let journal = String(
            decoding: FileManager.default.contents(atPath: "\(data)/tenancy/erasures.ndjson") ?? Data(), as: UTF8.self)
        for id in erasures { #expect(journal.contains("\(id)")) }
        return Kept(
            subdomain: tenant.subdomain, tenant: tenant.id, owner: owner.credential ?? "", email: email,
            erasures: erasures)
    }

    // What is searched.

    /// Where dumps of the databases, recordings and archives have one of the numbers or the address, as
    /// `<database> <text>` or the file's path.
    private static func traces(of email: String, in data: String) async throws -> [String] {
        try await ScriptedSuite.pool.run {
            let folder = "\(data)/../dumps"
            try Program.run(
                "/bin/bash", ["-euc", dump, "dump", Checkout.root, folder],
                environment: ["PATH": "/usr/bin:/bin", "DATA": data, "HOME": data], log: "\(folder).log")
            var found: [String] = []
            let texts = [email, "2025550177", "(202) 555-0177", "2025550166"]
            let packed = texts.map { text in (text, text.utf8.map { String($0, radix: 16) }.joined()) }
            for name in ServiceName.allCases.map(\.rawValue) {
                let content = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).lowercased()
                try #require(content.contains("schema_migrations"), "the dump of \(name) is none")
                for (text, hex) in packed where content.contains(text) || content.contains(hex) {
                    found.append("\(name) \(text)")
                }
            }
            for file in ["recordings", "tenancy/exports"].flatMap({ files(under: "\(data)/\($0)") }) {
                let content = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
                if texts.contains(where: content.contains) { found.append(file) }
            }
            return found
        }
    }

    /// All databases, as text.
    private static let dump = """
        . "$1/scripts/lib/say.sh"; . "$1/scripts/lib/cluster.sh"; . "$1/scripts/lib/settings.sh"; make_secrets
        mkdir -p "$2"
        for name in "${processes[@]}"; do
            PGPASSWORD=$POSTGRES_PASSWORD "$(postgres_bin)/pg_dump" -h "$(cluster_folder)/socket" -U postgres -f "$2/$name" "$name"
        done
        """

    private static func files(under folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }
    }

    /// How many recordings there are, as they came.
    private static func recordings(in data: String) throws -> Int {
        files(under: "\(data)/recordings").count { $0.hasSuffix("/original") }
    }
}
