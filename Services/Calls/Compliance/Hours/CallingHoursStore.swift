import Models
import Postgres

/// Works out when somebody may be called next, with the time zones of the database.
enum CallingHoursStore {
    /// How far ahead a window is looked for.
    private static let days: Int32 = 21

    /// The first time from an instant on in which all the places where somebody may be are open; nil for none.
    ///
    /// `hours` are the tenant's own, and `closed` its own days: both at the callee's place as well.
    static func next(
        _ place: CalleePlace, from instant: Timestamp, hours: ClosedRange<Int>?, closedWeekdays: [Int],
        closedDays: [LocalDate], _ database: some SQLExecutor
    ) async throws -> (opensAt: Timestamp, closesAt: Timestamp)? {
        let rules = Windows(place, from: instant, hours, closedWeekdays, closedDays)
        guard rules.isOpenAtAll else { return nil }
        return try await database.first(
            """
            WITH hours AS (
                SELECT * FROM unnest(\(rules.places), \(rules.zones), \(rules.weekdays), \(rules.from), \(rules.to))
                    AS h (place, zone, weekday, from_minute, to_minute)
            ), closed AS (
                SELECT * FROM unnest(\(rules.closedPlaces), \(rules.closedDays)) AS c (place, day)
            ), windows AS (
                SELECT h.place, range_agg(tstzrange(
                    (d.day + make_interval(mins => h.from_minute)) AT TIME ZONE h.zone,
                    (d.day + make_interval(mins => h.to_minute)) AT TIME ZONE h.zone)) AS open
                FROM hours AS h
                CROSS JOIN generate_series(-1, \(Self.days)) AS n
                CROSS JOIN LATERAL (SELECT (\(instant) AT TIME ZONE h.zone)::date + n AS day) AS d
                WHERE extract(isodow FROM d.day) = h.weekday
                  AND NOT EXISTS (SELECT FROM closed AS c WHERE c.place = h.place AND c.day = d.day)
                GROUP BY h.place
            )
            SELECT lower(r), upper(r) FROM unnest((SELECT range_intersect_agg(open) FROM windows)) AS r
            WHERE upper(r) > \(instant) AND (SELECT count(*) FROM windows) = \(rules.count)
            ORDER BY lower(r) LIMIT 1
            """
        ) { row in (opensAt: try row.next(Timestamp.self), closesAt: try row.next(Timestamp.self)) }
    }

    /// The rules of all places as columns, one row for each window of each place and zone.
    private struct Windows {
        var places: [Int32] = []
        var zones: [String] = []
        var weekdays: [Int32] = []
        var from: [Int32] = []
        var to: [Int32] = []
        var closedPlaces: [Int32] = []
        var closedDays: [LocalDate] = []
        var count = 0
        /// Whether every place is open at some time of a week.
        var isOpenAtAll = true

        init(
            _ place: CalleePlace, from instant: Timestamp, _ own: ClosedRange<Int>?, _ weekdays: [Int],
            _ days: [LocalDate]
        ) {
            let year = LocalDate(daysSince1970: Int(instant.seconds / 86_400)).year
            for part in place.parts {
                let rule = CallingHours.of(part.region)
                let windows = rule.windows.filter { !weekdays.contains($0.weekday) }.compactMap { $0.clipped(to: own) }
                let holidays = rule.holidays.map { country in
                    (year - 1...year + 1).flatMap { Holidays.days(of: country, in: $0) }
                }
                for zone in part.zones {
                    isOpenAtAll = isOpenAtAll && !windows.isEmpty
                    add(zone, windows, closed: (holidays ?? []) + days)
                }
            }
            isOpenAtAll = isOpenAtAll && count > 0
        }

        private mutating func add(_ zone: String, _ windows: [CallingHours.Window], closed: [LocalDate]) {
            let number = Int32(count)
            count += 1
            for window in windows {
                places.append(number)
                zones.append(zone)
                weekdays.append(Int32(window.weekday))
                from.append(Int32(window.from))
                to.append(Int32(window.to))
            }
            closedPlaces += closed.map { _ in number }
            closedDays += closed
        }
    }
}

extension CallingHours.Window {
    /// What is left of it within a tenant's own hours; nil for nothing.
    fileprivate func clipped(to own: ClosedRange<Int>?) -> CallingHours.Window? {
        guard let own else { return self }
        let (from, to) = (max(from, own.lowerBound), min(to, own.upperBound))
        return from < to ? CallingHours.Window(weekday: weekday, from: from, to: to) : nil
    }
}
