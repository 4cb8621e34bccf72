import HTTP
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// Asterisk and FreePBX write a row for each phone that rang: whether a call was missed is known after the last alone.
@Suite(.timeLimit(.minutes(10))) struct HeldEndTests {
    private static let caller = "+14155550123"
    private static let columns =
        "calldate,src,dst,did,dcontext,dstchannel,duration,billsec,disposition,uniqueid,linkedid,sequence"

    /// A queue of three phones, one after another; `answered` is the one that was taken up.
    private func rows(answered: Int?) -> [String] {
        let start = Timestamp.now() - .seconds(600)
        return (1...3).map { number in
            let at = String((start + .seconds(Int64(number) * 30)).rfc3339.prefix(19)).replacing("T", with: " ")
            let word = number == answered ? "20,ANSWERED" : "0,NO ANSWER"
            return
                "\(at),\(Self.caller),600,+14155550199,ext-queues,PJSIP/100\(number)-1,30,\(word),1.\(number),1.0,\(number)"
        }
    }

    private func deliver(_ rows: [String], _ world: IngestWorld, _ connection: InternalAPI.Connection) async throws {
        for row in rows {
            let taken = try await world.deliver(
                Array("\(Self.columns)\n\(row)\n".utf8), to: connection, rest: "/records",
                headers: ["Authorization": "Bearer whsec_pbx"])
            #expect(taken.status == 204)
            try await world.work(connection)
        }
    }

    /// The calls whose ends are kept back, and what becomes of them after the pause.
    private func tellHeld(_ world: IngestWorld) async throws -> Int {
        let held = try await world.database.query(
            "SELECT subject_id FROM jobs WHERE tenant_id = \(world.tenant) AND kind = 'settle_end' AND run_at > now()"
        ) { row in try row.next(CallID.self) }
        for call in held {
            let isTaken = try await HeldEndStore(
                rows: world.database.tenant(world.tenant), tenant: world.tenant
            ).take(call)
            #expect(isTaken)
            try await EndSettling(database: world.database).tell(call, in: world.tenant)
        }
        return held.count
    }

    private func settle(_ world: IngestWorld) async throws {
        let ids = try await world.database.tenant(world.tenant).query(
            "SELECT id FROM calls WHERE tenant_id = \(world.tenant)"
        ) { row in try row.next(CallID.self) }
        for id in ids {
            try await CallConsequences(database: world.database, knowledge: world.trust.knowledge).settle(
                id, in: world.tenant)
        }
    }

    private func open(_ world: IngestWorld) async throws -> Int {
        try await world.database.tenant(world.tenant).value(
            "SELECT count(*) FROM missed_calls WHERE tenant_id = \(world.tenant) AND state <> 'closed'", as: Int.self)
            ?? 0
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `a call that one phone took is not missed, in whichever order its rows come`(_ order: [Int]) async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("freepbx", webhookSecrets: ["whsec_pbx"])
            let rows = rows(answered: 2)
            try await deliver(order.map { rows[$0] }, world, connection)
            try await deliver(rows, world, connection)
            #expect(try await tellHeld(world) == 0)
            try await settle(world)
            let events = try await world.events()
            #expect(!events.contains("call.missed"), "\(events)")
            #expect(events.count { $0 == "call.ended" } == 1 && events.count { $0 == "call.answered" } == 1)
            #expect(try await open(world) == 0)
        }
    }

    @Test func `a call that no phone took is missed once, when no further row has come`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("asterisk", webhookSecrets: ["whsec_pbx"])
            try await deliver(rows(answered: nil), world, connection)
            let early = try await world.events()
            #expect(!early.contains("call.missed") && !early.contains("call.ended"), "\(early)")
            #expect(try await open(world) == 0)
            #expect(try await tellHeld(world) == 1)
            try await settle(world)
            let events = try await world.events()
            #expect(events.count { $0 == "call.missed" } == 1 && events.count { $0 == "call.ended" } == 1)
            #expect(try await open(world) == 1)
        }
    }

    @Test func `a phone that took the call after all closes the call-back`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("freepbx", webhookSecrets: ["whsec_pbx"])
            let rows = rows(answered: 3)
            try await deliver(Array(rows[..<2]), world, connection)
            #expect(try await tellHeld(world) == 1)
            try await settle(world)
            #expect(try await open(world) == 1)
            try await deliver([rows[2]], world, connection)
            #expect(try await open(world) == 0)
            #expect(try await world.events().count { $0 == "call.ended" } == 1)
        }
    }
}
