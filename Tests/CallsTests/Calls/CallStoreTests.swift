import DatabaseTestSupport
import Models
import Postgres
import Testing

@testable import Calls

struct CallStoreTests {
    @Test func `a call is found as it was stored`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            var draft = CallDraft.sample(externalID: "pbx-1")
            draft.agentID = .make()
            draft.language = "en-US"
            let call = try await calls.add(draft, in: tenant)
            #expect(call.id == draft.id)
            #expect(call.externalID == "pbx-1")
            #expect(
                call.from == Party(kind: .phone, value: "+14155550123", number: "+14155550123", raw: "+14155550123"))
            #expect(call.to.kind == .extension)
            #expect(call.durationSeconds == 120)
            #expect(call.processing.stage == .received)
            #expect(call.version == 1)
            let found = try await calls.find(call.id, reach: .all, in: tenant)
            #expect(found?.agentID == draft.agentID)
            #expect(found?.startedAt == draft.startedAt)
            #expect(found?.recording == nil)
        }
    }

    @Test func `a known external id answers the first call, unchanged`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let first = try await calls.add(.sample(externalID: "x"), in: tenant)
            var again = CallDraft.sample(externalID: "x")
            again.status = .busy
            let second = try await calls.create(again, reach: .all, in: tenant)
            #expect(!second.isNew)
            #expect(second.call.id == first.id)
            #expect(second.call.status == .completed)
            #expect(second.call.version == 1)
            let elsewhere = try await calls.create(again, reach: .all, in: .make())
            #expect(elsewhere.isNew)
            again.isTest = true
            again.id = .make()
            let test = try await calls.create(again, reach: .all, in: tenant)
            #expect(test.isNew)
        }
    }

    @Test func `calls without an external id are all new`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let first = try await calls.create(.sample(), reach: .all, in: tenant)
            let second = try await calls.create(.sample(), reach: .all, in: tenant)
            #expect(first.isNew && second.isNew)
        }
    }

    @Test func `an external id of a call out of reach is a conflict, not a view of it`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            _ = try await calls.add(.sample(externalID: "x"), in: tenant)
            let failure = await #expect(throws: Failure.self) {
                try await calls.create(.sample(externalID: "x"), reach: CallReach(agentID: .make()), in: tenant)
            }
            #expect(failure?.code == .conflict)
        }
    }

    @Test func `an agent finds own calls alone, a test key test calls alone`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant, agent) = (CallStore(database: database), TenantID.make(), UserID.make())
            var draft = CallDraft.sample()
            draft.agentID = agent
            let own = try await calls.add(draft, in: tenant)
            let other = try await calls.add(.sample(), in: tenant)
            let reach = CallReach(agentID: agent)
            #expect(try await calls.find(own.id, reach: reach, in: tenant) != nil)
            #expect(try await calls.find(other.id, reach: reach, in: tenant) == nil)
            #expect(try await calls.find(own.id, reach: CallReach(isTest: true), in: tenant) == nil)
            #expect(try await calls.find(own.id, reach: CallReach(isTest: false), in: tenant) != nil)
        }
    }

    @Test func `each of the two walls holds alone`() async throws {
        try await withCalls { database, test, loop in
            let (mine, other) = (TenantID.make(), TenantID.make())
            let call = try await CallStore(database: database).add(.sample(), in: mine)
            // Row-level security without a WHERE.
            #expect(try await test.rowsVisible(in: "calls", to: mine) == 1)
            #expect(try await test.rowsVisible(in: "calls", to: other) == 0)
            // The WHERE without row-level security.
            let unbound = test.open(on: loop, as: .superuser)
            defer { unbound.close() }
            let calls = CallStore(database: unbound)
            #expect(try await calls.find(call.id, reach: .all, in: mine) != nil)
            #expect(try await calls.find(call.id, reach: .all, in: other) == nil)
            await #expect(throws: Failure.self) {
                try await calls.delete(call.id, version: nil, reach: .all, in: other)
            }
            let page = try await CallListStore(database: unbound).page(
                CallFilter(reach: .all, timeZone: .utc), after: nil, limit: 10, offset: 0, in: other)
            #expect(page.calls.isEmpty)
        }
    }

    @Test func `a call goes to the bin and comes back whole`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let call = try await calls.add(.sample(), in: tenant)
            let stale = await #expect(throws: Failure.self) {
                try await calls.delete(call.id, version: 9, reach: .all, in: tenant)
            }
            #expect(stale?.code == .preconditionFailed)
            let deleted = try await calls.delete(call.id, version: 1, reach: .all, in: tenant)
            #expect(deleted.deletedAt != nil)
            #expect(deleted.version == 2)
            let gone = await #expect(throws: Failure.self) {
                try await calls.delete(call.id, version: nil, reach: .all, in: tenant)
            }
            #expect(gone?.code == .notFound)
            let restored = try await calls.restore(call.id, reach: .all, in: tenant)
            #expect(restored.deletedAt == nil)
            #expect(restored.version == 3)
            let twice = await #expect(throws: Failure.self) {
                try await calls.restore(call.id, reach: .all, in: tenant)
            }
            #expect(twice?.code == .conflict)
        }
    }

    @Test func `a legal hold keeps a call from the bin`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let call = try await calls.add(.sample(), in: tenant)
            try await database.tenant(tenant).execute(
                "UPDATE calls SET legal_hold = true WHERE tenant_id = \(tenant) AND id = \(call.id)")
            let failure = await #expect(throws: Failure.self) {
                try await calls.delete(call.id, version: nil, reach: .all, in: tenant)
            }
            #expect(failure?.code == .legalHold)
        }
    }
}
