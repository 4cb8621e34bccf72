import Events
import JSON
import Models
import Postgres

/// The rows of reports that are mailed again and again.
struct ReportScheduleStore: Sendable {
    static let most = 100
    private static let columns: StaticString = """
        id, name, cadence, hour, weekday, monthday, recipient_ids, filter, is_paused, next_at, last_at, created_by, version
        """

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    func list() async throws -> [CallsAPI.ReportSchedule] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_report_schedules WHERE tenant_id = \(tenant)
            ORDER BY lower(name), id
            """, Self.read)
    }

    func find(_ id: ReportScheduleID) async throws -> CallsAPI.ReportSchedule? {
        try await rows.first(
            "SELECT \(unescaped: Self.columns) FROM call_report_schedules WHERE tenant_id = \(tenant) AND id = \(id)",
            Self.read)
    }

    /// When a report is due after an instant: the hour where the tenant is, on the day that it says.
    static func next(
        _ cadence: CallsAPI.ReportCadence, hour: Int, weekday: Int?, monthday: Int?, zone: TimeZoneName
    ) -> SQL {
        """
        (SELECT min(d.at) FROM (
            SELECT (day + make_interval(hours => \(Int32(hour)))) AT TIME ZONE \(zone.name) AS at
            FROM generate_series(date_trunc('day', now() AT TIME ZONE \(zone.name)),
                date_trunc('day', now() AT TIME ZONE \(zone.name)) + interval '62 days', interval '1 day') AS day
            WHERE CASE \(cadence.rawValue) WHEN 'daily' THEN true
                WHEN 'weekly' THEN extract(isodow FROM day) = \(Int32(weekday ?? 0))
                ELSE extract(day FROM day) = \(Int32(monthday ?? 0)) END
        ) AS d WHERE d.at > now())
        """
    }

    /// Nil when there are too many.
    func create(
        _ wanted: CallsAPI.PutReportSchedule, filter: JSONText, zone: TimeZoneName, by person: UserID
    ) async throws -> CallsAPI.ReportSchedule? {
        let next = Self.next(
            wanted.cadence, hour: wanted.hour, weekday: wanted.weekday, monthday: wanted.monthday, zone: zone)
        return try await rows.first(
            """
            INSERT INTO call_report_schedules (tenant_id, id, name, cadence, hour, weekday, monthday, recipient_ids, filter,
                is_paused, next_at, created_by)
            SELECT \(tenant), \(ReportScheduleID.make()), \(wanted.name), \(wanted.cadence.rawValue), \(Int32(wanted.hour)),
                \(wanted.weekday.map(Int32.init)), \(wanted.monthday.map(Int32.init)), \(wanted.recipientIDs), \(filter),
                \(wanted.isPaused ?? false), \(next), \(person)
            WHERE (SELECT count(*) FROM call_report_schedules WHERE tenant_id = \(tenant)) < \(Self.most)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    /// Nil when there is none of this version.
    func replace(
        _ id: ReportScheduleID, _ wanted: CallsAPI.PutReportSchedule, filter: JSONText, zone: TimeZoneName,
        version: Int64?
    ) async throws -> CallsAPI.ReportSchedule? {
        let next = Self.next(
            wanted.cadence, hour: wanted.hour, weekday: wanted.weekday, monthday: wanted.monthday, zone: zone)
        return try await rows.first(
            """
            UPDATE call_report_schedules SET name = \(wanted.name), cadence = \(wanted.cadence.rawValue),
                hour = \(Int32(wanted.hour)), weekday = \(wanted.weekday.map(Int32.init)),
                monthday = \(wanted.monthday.map(Int32.init)), recipient_ids = \(wanted.recipientIDs), filter = \(filter),
                is_paused = \(wanted.isPaused ?? false), next_at = \(next), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    func delete(_ id: ReportScheduleID, version: Int64?) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_report_schedules
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            """) > 0
    }

    /// Moves a due report on to its next time, together with the event that has it mailed; once, whoever else tries.
    func send(
        _ schedule: CallsAPI.ReportSchedule, zone: TimeZoneName, _ event: some Encodable
    ) async throws -> Bool {
        let next = Self.next(
            schedule.cadence, hour: schedule.hour, weekday: schedule.weekday, monthday: schedule.monthday, zone: zone)
        return try await rows.transaction { transaction in
            let moved = try await transaction.execute(
                """
                UPDATE call_report_schedules SET last_at = next_at, next_at = \(next)
                WHERE tenant_id = \(tenant) AND id = \(schedule.id) AND next_at = \(schedule.nextAt) AND next_at <= now()
                  AND NOT is_paused
                """)
            guard moved > 0 else { return false }
            _ = try await Outbox.publish(
                .reportDue, subject: "report_schedule/\(schedule.id)", data: event, in: transaction)
            return true
        }
    }

    /// Reports of any tenant that are due.
    static func due(in database: Database) async throws -> [(tenant: TenantID, id: ReportScheduleID)] {
        try await database.query("SELECT tenant_id, id FROM due_reports(\(Int32(500)))") { row in
            (try row.next(TenantID.self), try row.next(ReportScheduleID.self))
        }
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.ReportSchedule = { row in
        let (id, name) = (try row.next(ReportScheduleID.self), try row.next(String.self))
        let cadence = try row.next(CallsAPI.ReportCadence.self)
        let (hour, weekday, monthday) = (
            try row.next(Int32.self), try row.next(Int32?.self), try row.next(Int32?.self)
        )
        let (recipients, filter) = (try row.next([UserID].self), try row.next(JSONText.self))
        let (isPaused, nextAt) = (try row.next(Bool.self), try row.next(Timestamp.self))
        let (lastAt, person) = (try row.next(Timestamp?.self), try row.next(UserID.self))
        return CallsAPI.ReportSchedule(
            id: id, name: name, cadence: cadence, hour: Int(hour), weekday: weekday.map(Int.init),
            monthday: monthday.map(Int.init), recipientIDs: recipients, filter: filter, isPaused: isPaused,
            nextAt: nextAt, lastAt: lastAt, createdBy: person, version: try row.next(Int64.self))
    }
}
