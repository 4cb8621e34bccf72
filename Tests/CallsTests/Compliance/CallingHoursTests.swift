import Models
import PhoneNumbers
import Postgres
import Testing

@testable import Calls

struct CallingHoursTests {
    private func place(_ number: String, known: CalleePlace.Known = .init()) throws -> CalleePlace {
        let number = try #require(PhoneNumber(number, country: "US"))
        return try #require(CalleePlace(of: number, known: known))
    }

    /// When somebody may be called next, as the text of an instant; an empty text for now.
    private func next(
        _ number: String, _ instant: String, known: CalleePlace.Known = .init(), hours: ClosedRange<Int>? = nil,
        _ database: Database
    ) async throws -> String {
        let window = try await CallingHoursStore.next(
            try place(number, known: known), from: .at(instant), hours: hours, closedWeekdays: [], closedDays: [],
            database)
        guard let window else { return "never" }
        return window.opensAt <= .at(instant) ? "" : window.opensAt.description
    }

    private func check(
        _ number: String, _ instant: String, _ expected: String, known: CalleePlace.Known = .init(),
        hours: ClosedRange<Int>? = nil, _ database: Database
    ) async throws {
        let found = try await next(number, instant, known: known, hours: hours, database)
        #expect(found == expected, "\(number) at \(instant)")
    }

    @Test func `every row of the table is read, and names its source`() {
        #expect(CallingHoursTable.rows.count == CallingHours.regions.count)
        for region in CallingHours.regions {
            let rule = CallingHours.of(region)
            #expect(!rule.windows.isEmpty && !rule.source.isEmpty, "\(region)")
            #expect(rule.windows.allSatisfy { $0.from < $0.to && (1...7).contains($0.weekday) }, "\(region)")
            if let holidays = rule.holidays { #expect(Holidays.days(of: holidays, in: 2026).count >= 9, "\(region)") }
        }
    }

    @Test func `every zone of the tables is one that the database knows`() async throws {
        let zones = Set(
            (CountryZones.table + " " + RegionZones.table).split { $0 == " " || $0 == "\n" }
                .filter { $0.contains("/") }.map(String.init))
        #expect(zones.count > 100)
        try await withCalls { database, _, _ in
            let unknown = try await database.values(
                """
                SELECT zone FROM unnest(\(zones.sorted())) AS zone
                WHERE NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = zone)
                """, as: String.self)
            #expect(unknown == [])
        }
    }

    @Test func `a number tells its state, and the state its zones`() throws {
        #expect(try place("+13055550123").parts == [.init(region: "US-FL", zones: ["America/New_York"])])
        #expect(
            try place("+18505550123").parts
                == [.init(region: "US-FL", zones: ["America/New_York", "America/Chicago"])])
        #expect(try place("+19155550123").parts == [.init(region: "US-TX", zones: ["America/Denver"])])
        #expect(try place("+18005550123").parts.first?.region == CallingHours.anyState)
        #expect(try place("+33142685300").parts == [.init(region: "FR", zones: ["Europe/Paris"])])
        #expect(try place("+61894440123").parts.first?.zones.contains("Australia/Perth") == true)
        #expect(try place("+12125550123", known: .init(postalCode: "90210")).regions == ["US-NY", "US-CA"])
    }

    @Test func `the hours are those of the callee's clock on both sides of both changes`() async throws {
        try await withCalls { database, _, _ in
            // Eight o'clock in New York: 13:00 UTC in winter, 12:00 from 8 March 2026 on, 13:00 from 1 November on.
            try await check("+12125550123", "2026-03-07T12:59:59Z", "2026-03-07T13:00:00.000Z", database)
            try await check("+12125550123", "2026-03-08T11:59:59Z", "2026-03-08T12:00:00.000Z", database)
            try await check("+12125550123", "2026-03-08T12:00:00Z", "", database)
            try await check("+12125550123", "2026-10-31T12:00:00Z", "", database)
            try await check("+12125550123", "2026-11-01T12:30:00Z", "2026-11-01T13:00:00.000Z", database)
            // Nine in the evening is the end, and the night before a change is an hour shorter or longer.
            try await check("+12125550123", "2026-03-08T02:00:00Z", "2026-03-08T12:00:00.000Z", database)
            try await check("+12125550123", "2026-11-01T01:00:00Z", "2026-11-01T13:00:00.000Z", database)
        }
    }

    @Test func `zones of half an hour and zones without summer time are as they are`() async throws {
        try await withCalls { database, _, _ in
            // Ten o'clock in Kolkata is 4:30 UTC all the year.
            try await check("+912266778899", "2026-01-05T04:29:00Z", "2026-01-05T04:30:00.000Z", database)
            try await check("+912266778899", "2026-07-06T04:30:00Z", "", database)
            // Phoenix keeps its clock while Denver, where some of Arizona goes by, changes: both must be open.
            try await check("+16025550123", "2026-07-06T15:00:00Z", "", database)
            try await check("+19285550123", "2026-07-07T03:30:00Z", "2026-07-07T15:00:00.000Z", database)
            // Adelaide's half hour, with Perth's morning, on a weekday.
            try await check("+61882320000", "2026-07-06T00:59:00Z", "2026-07-06T01:00:00.000Z", database)
        }
    }

    @Test func `days, holidays and breaks of a place are kept`() async throws {
        try await withCalls { database, _, _ in
            // France rests at noon, at the weekend and on Bastille Day.
            try await check("+33142685300", "2026-07-13T11:30:00Z", "2026-07-13T12:00:00.000Z", database)
            try await check("+33142685300", "2026-07-13T18:30:00Z", "2026-07-15T08:00:00.000Z", database)
            try await check("+33142685300", "2026-07-11T09:00:00Z", "2026-07-13T08:00:00.000Z", database)
            // Alabama: no Sunday, and not on Thanksgiving.
            try await check("+12055550123", "2026-11-22T18:00:00Z", "2026-11-23T14:00:00.000Z", database)
            try await check("+12055550123", "2026-11-26T18:00:00Z", "2026-11-27T14:00:00.000Z", database)
            // Florida ends an hour before the federal rule does.
            try await check("+13055550123", "2026-11-25T00:59:00Z", "", database)
            try await check("+13055550123", "2026-11-25T01:00:00Z", "2026-11-25T13:00:00.000Z", database)
        }
    }

    @Test func `several places must all be open, and places that never are leave no time`() async throws {
        try await withCalls { database, _, _ in
            let losAngeles = CalleePlace.Known(postalCode: "90210")
            // California opens at nine, which is noon in New York.
            try await check(
                "+12125550123", "2026-11-24T14:00:00Z", "2026-11-24T17:00:00.000Z", known: losAngeles, database)
            try await check("+12125550123", "2026-11-25T01:30:00Z", "", known: losAngeles, database)
            try await check(
                "+12125550123", "2026-11-25T02:00:00Z", "2026-11-25T17:00:00.000Z", known: losAngeles, database)
            // A Russian mobile may be anywhere between Kaliningrad and Kamchatka.
            try await check("+79161234567", "2026-11-24T09:00:00Z", "never", database)
            // A tenant's own hours only narrow.
            try await check(
                "+12125550123", "2026-11-24T13:30:00Z", "2026-11-24T14:00:00.000Z", hours: 540...1439, database)
        }
    }

    @Test func `Easter and what is counted from it fall where they do`() {
        #expect(Holidays.easter(of: 2024).jsonText == "2024-03-31")
        #expect(Holidays.easter(of: 2025).jsonText == "2025-04-20")
        #expect(Holidays.easter(of: 2026).jsonText == "2026-04-05")
        #expect(Holidays.easter(of: 2038).jsonText == "2038-04-25")
        let american = Set(Holidays.days(of: "US", in: 2026).map(\.jsonText))
        #expect(american.isSuperset(of: ["2026-11-26", "2026-05-25", "2026-01-19", "2026-07-03", "2026-07-04"]))
        #expect(!american.contains("2026-11-19"))
    }
}
