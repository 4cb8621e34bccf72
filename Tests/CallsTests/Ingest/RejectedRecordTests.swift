import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// One record that cannot be read costs no other of its payload.
@Suite(.timeLimit(.minutes(10))) struct RejectedRecordTests {
    private func decoded<Value: Decodable>(_ response: HTTPResponse) throws -> Value {
        #expect(response.status == 200)
        guard case .bytes(let bytes) = response.body else { throw Failure(.internal) }
        return try JSON.decode(Value.self, from: bytes)
    }

    private func rejected(
        _ world: IngestWorld, _ connection: InternalAPI.Connection
    ) async throws -> [CallsAPI.RejectedRecord] {
        let path = "/api/v1/calls/connections/\(connection.id)"
        let page: Page<CallsAPI.RejectedRecord> = try decoded(try await world.send(.get, "\(path)/rejected-records"))
        let state: CallsAPI.ConnectionState = try decoded(try await world.send(.get, path))
        #expect(state.rejectedRecords == page.data.count && page.total == page.data.count)
        return page.data.sorted { $0.position < $1.position }
    }

    private func deliver(_ body: String, _ world: IngestWorld, _ connection: InternalAPI.Connection) async throws {
        let taken = try await world.deliver(
            Array(body.utf8), to: connection, rest: "/records", headers: ["Authorization": "Bearer whsec_pbx"])
        #expect(taken.status == 204)
        try await world.work(connection)
    }

    /// Three records of each phone system, of which the second cannot be read.
    private static let payloads: [(provider: String, body: String)] = [
        (
            "freepbx",
            """
            calldate,src,dst,duration,billsec,disposition,uniqueid,linkedid
            2026-01-01 12:00:00,4155550101,201,60,50,ANSWERED,1.1,1.1
            2026-01-01 12:01:00,4155550102,201,60,50,,1.2,1.2
            2026-01-01 12:02:00,4155550103,201,60,50,ANSWERED,1.3,1.3
            """
        ),
        (
            "asterisk",
            """
            calldate,src,dst,duration,billsec,disposition,uniqueid,linkedid
            2026-01-01 12:00:00,4155550101,201,60,50,ANSWERED,1.1,1.1
            2026-01-01 12:01:00,"4155550102,201,60,50,ANSWERED,1.2,1.2
            2026-01-01 12:02:00,4155550103,201,60,50,ANSWERED,1.3,1.3
            """
        ),
        (
            "freepbx",
            """
            [{"calldate": "2026-01-01 12:00:00", "src": "4155550101", "dst": "201", "disposition": "BUSY", "uniqueid": "1.1"},
             "none", {"calldate": "2026-01-01 12:02:00", "src": "4155550103", "dst": "201", "disposition": "BUSY", "uniqueid": "1.3"}]
            """
        ),
        (
            "threecx",
            "00000A,c1,00:01:00,2026/01/01 12:00:00\r\nshort\r\n00000B,c3,00:01:00,2026/01/01 12:02:00\r\n"
        ),
        (
            "grandstream_ucm",
            """
            {"cdr_root": [{"AcctId": "1", "start": "2026-01-01 12:00:00", "disposition": "BUSY"}, {"AcctId": "2"},
             {"AcctId": "3", "start": "2026-01-01 12:02:00", "disposition": "BUSY"}]}
            """
        ),
    ]

    @Test(arguments: 0..<5) func `the others are taken, and it is shown with its reason`(_ index: Int) async throws {
        let (provider, body) = Self.payloads[index]
        try await IngestWorld.with { world in
            let connection = world.connect(provider, webhookSecrets: ["whsec_pbx"])
            try await deliver(body, world, connection)
            #expect(try await world.rows(of: connection).count == 2)
            let found = try await rejected(world, connection)
            #expect(found.map(\.position) == [2] && found.allSatisfy { !$0.reason.isEmpty && !$0.record.isEmpty })
            let state: CallsAPI.ConnectionState = try decoded(
                try await world.send(.get, "/api/v1/calls/connections/\(connection.id)"))
            #expect(state.lastErrorCode == "invalid" && state.lastErrorDetail?.contains(found[0].reason) == true)
            // What nobody can read at all is shown whole.
            try await deliver("{", world, connection)
            #expect(try await rejected(world, connection).map(\.position) == [1, 2])
        }
    }

    @Test func `once the setting is right a day that is read again brings what was rejected`() async throws {
        try await IngestWorld.with { world in
            let columns = "callid,time-start,time-answered,time-end,reason-terminated,from-no,to-no,dial-no"
            let connection = world.connect(
                "threecx", settings: ["columns": "from-no,\(columns)"], webhookSecrets: ["whsec_pbx"])
            let line =
                "c1,2026/01/01 12:00:00,2026/01/01 12:00:05,2026/01/01 12:01:00,TerminatedBySrc,4155550101,201,201"
            try await deliver("\(line)\r\nc2\r\n", world, connection)
            #expect(try await rejected(world, connection).map(\.record) == ["c2"])
            try await deliver("c3,2026/01/01 12:05:00\r\n", world, connection)
            #expect(try await rejected(world, connection).count == 2)
            world.connect(
                "threecx", settings: ["columns": columns], id: connection.id, webhookSecrets: ["whsec_pbx"])
            world.seat.connections.dropAll()
            let today = String(Timestamp.now().rfc3339.prefix(10))
            let replayed = try await world.send(
                .post, "/api/v1/calls/connections/\(connection.id)/replays", json: ["from_date": .string(today)])
            #expect(replayed.status == 202)
            try await world.work(connection)
            #expect(try await rejected(world, connection).map(\.record) == ["c2"])
            let calls = try await world.database.tenant(world.tenant).values(
                "SELECT external_id FROM calls WHERE tenant_id = \(world.tenant)", as: String.self)
            #expect(calls.contains("c1") && calls.contains("c3"))
        }
    }

    @Test func `whoever may not see connections sees none of it, and what is removed goes with its payload`()
        async throws
    {
        try await IngestWorld.with { world in
            let connection = world.connect("grandstream_ucm", webhookSecrets: ["whsec_pbx"])
            try await deliver(#"{"cdr": [{"AcctId": "1"}, {"AcctId": "2"}]}"#, world, connection)
            #expect(try await rejected(world, connection).count == 2)
            let refused = try await world.send(
                .get, "/api/v1/calls/connections/\(connection.id)/rejected-records", as: .person(.make(), .agent))
            #expect(refused.status == 403)
            try await world.database.tenant(world.tenant).execute(
                "DELETE FROM hook_payloads WHERE tenant_id = \(world.tenant)")
            #expect(try await rejected(world, connection).isEmpty)
        }
    }
}
