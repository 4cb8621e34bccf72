import Models
import Postgres
import Testing

@testable import Calls

struct CallListStoreTests {
    private func list(
        _ database: Database, in tenant: TenantID, limit: Int = 100,
        _ change: (inout CallFilter) throws -> Void = { _ in }
    ) async throws -> [CallID] {
        var filter = CallFilter(reach: .all, timeZone: .utc)
        try change(&filter)
        let page = try await CallListStore(database: database).page(
            filter, after: nil, limit: limit, offset: 0, in: tenant)
        #expect(page.total >= page.calls.count)
        return page.calls.map(\.id)
    }

    @Test func `pages follow one another by time and id, also where times are equal`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant, now) = (CallStore(database: database), TenantID.make(), Timestamp.now())
            var made: [Call] = []
            for index in 0..<7 {
                made.append(
                    try await calls.add(.sample(startedAt: now - .seconds(Int64(600 + index / 3 * 60))), in: tenant))
            }
            let expected = made.sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }.map(\.id)
            let lists = CallListStore(database: database)
            for order in [CallFilter.Order.newestFirst, .oldestFirst] {
                var filter = CallFilter(reach: .all, timeZone: .utc)
                filter.order = order
                var (seen, position): ([CallID], CallPosition?) = ([], nil)
                while true {
                    let page = try await lists.page(filter, after: position, limit: 2, offset: 0, in: tenant)
                    #expect(page.total == 7)
                    guard let last = page.calls.last else { break }
                    seen += page.calls.map(\.id)
                    position = CallPosition(startedAt: last.startedAt, id: last.id)
                }
                #expect(seen == (order == .newestFirst ? expected : expected.reversed()))
            }
            let second = try await lists.page(
                CallFilter(reach: .all, timeZone: .utc), after: nil, limit: 3, offset: 3, in: tenant)
            #expect(second.calls.map(\.id) == Array(expected[3..<6]))
            let beyond = try await lists.page(
                CallFilter(reach: .all, timeZone: .utc), after: nil, limit: 3, offset: 30, in: tenant)
            #expect(beyond.calls.isEmpty && beyond.total == 7)
        }
    }

    @Test func `days are the tenant's, both included, over a change of daylight saving`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let berlin = try TimeZoneName(jsonText: "Europe/Berlin")
            // 26 October 2025 has 25 hours in Berlin: from 22:00 UTC of the day before to 23:00 UTC.
            func add(_ instant: String) async throws -> CallID {
                var draft = CallDraft.sample(startedAt: try Timestamp(jsonText: instant))
                draft.origin = .import
                return try await calls.add(draft, in: tenant).id
            }
            let before = try await add("2025-10-25T21:59:59.999Z")
            let first = try await add("2025-10-25T22:00:00.000Z")
            let last = try await add("2025-10-26T22:59:59.999Z")
            let after = try await add("2025-10-26T23:00:00.000Z")
            let day = try LocalDate(jsonText: "2025-10-26")
            let found = try await list(database, in: tenant) {
                $0.timeZone = berlin
                $0.query.fromDate = day
                $0.query.toDate = day
            }
            #expect(found == [last, first])
            let fromThen = try await list(database, in: tenant) {
                $0.timeZone = berlin
                $0.query.fromDate = day
            }
            #expect(fromThen == [after, last, first])
            let upToThen = try await list(database, in: tenant) {
                $0.timeZone = berlin
                $0.query.toDate = day
            }
            #expect(upToThen == [last, first, before])
        }
    }

    @Test func `instants exclude the end`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant) = (CallStore(database: database), TenantID.make())
            let call = try await calls.add(.sample(), in: tenant)
            #expect(try await list(database, in: tenant) { $0.query.startedAfter = call.startedAt } == [call.id])
            #expect(try await list(database, in: tenant) { $0.query.startedBefore = call.startedAt } == [])
        }
    }

    @Test func `every filter leaves out what it does not name`() async throws {
        try await withCalls { database, _, _ in
            let (calls, tenant, agent) = (CallStore(database: database), TenantID.make(), UserID.make())
            var draft = CallDraft.sample()
            draft.direction = .outbound
            draft.status = .noAnswer
            draft.agentID = agent
            draft.to = Party(reading: "+442079460018", country: "US")
            let wanted = try await calls.add(draft, in: tenant).id
            let other = try await calls.add(.sample(), in: tenant).id
            var test = CallDraft.sample()
            test.isTest = true
            let testCall = try await calls.add(test, in: tenant).id
            #expect(try await list(database, in: tenant) { $0.query.direction = [.outbound] } == [wanted])
            #expect(try await list(database, in: tenant) { $0.query.status = [.noAnswer] } == [wanted])
            #expect(try await list(database, in: tenant) { $0.query.agentID = [agent] } == [wanted])
            #expect(try await list(database, in: tenant) { $0.reach.agentID = agent } == [wanted])
            #expect(try await list(database, in: tenant) { $0.party = "+442079460018" } == [wanted])
            #expect(try await list(database, in: tenant) { $0.query.stage = [.analysed] } == [])
            #expect(try await list(database, in: tenant) { $0.query.sentiment = [.positive] } == [])
            #expect(try await list(database, in: tenant) { $0.isTest = true } == [testCall])
            _ = try await calls.delete(wanted, version: nil, reach: .all, in: tenant)
            #expect(try await list(database, in: tenant) == [other])
            #expect(try await list(database, in: tenant) { $0.query.deleted = true } == [wanted])
        }
    }
}
