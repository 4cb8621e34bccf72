import Jobs
import Models
import Postgres
import Telemetry

/// Has due reports mailed: an event with the figures of the days since the last one, and no word of anybody.
struct SendReportsJob: Job {
    static let kind = "send_reports"

    /// The data of `report.due`.
    struct Report: Codable, Sendable {
        var scheduleID: ReportScheduleID
        var recipientIDs: [UserID]
        var fromDate: LocalDate
        var toDate: LocalDate
        var timeZone: TimeZoneName
        var figures: CallsAPI.Figures
        /// The days before, as many, to compare with.
        var before: CallsAPI.Figures
    }

    static func run(_ database: Database, _ knowledge: any TenantKnowledge) async throws {
        for due in try await ReportScheduleStore.due(in: database) {
            try Task.checkCancellation()
            let store = ReportScheduleStore(rows: database.tenant(due.tenant))
            guard let schedule = try await store.find(due.id), let tenant = knowledge.tenant(due.tenant),
                tenant.status == .active
            else { continue }
            let features = knowledge.effectiveSettings(of: due.tenant).analysisFeatures
            let report = try await report(of: schedule, tenant, features, database, due.tenant)
            _ = try await store.send(schedule, zone: tenant.timeZone, report)
        }
    }

    private static func report(
        of schedule: CallsAPI.ReportSchedule, _ known: ChangeFeedAPI.TenantValue, _ features: Set<AnalysisFeature>,
        _ database: Database, _ tenant: TenantID
    ) async throws -> Report {
        let zone = known.timeZone
        let figures = FigureStore(rows: database.tenant(tenant))
        let today = try await figures.span(from: nil, to: nil, zone: zone).toDate
        let days: Int
        switch schedule.cadence {
        case .daily: days = 1
        case .weekly: days = 7
        case .monthly: days = today.adding(days: -1).day
        }
        let query = try StoredFilter.query(schedule.filter)
        func total(_ from: LocalDate, _ to: LocalDate) async throws -> Figures {
            let span = try await figures.span(from: from, to: to, zone: zone)
            var total = Figures()
            let points: [FigureStore.Point]
            if query.asks(beyond: features) {
                points = []
            } else if query == CallQuery() {
                points = try await figures.series(.month, of: .all, in: span, zone: zone)
            } else if let filter = query.filter(.all, zone, country: known.country) {
                points = try await figures.series(.month, of: filter, in: span, zone: zone)
            } else {
                points = []
            }
            for point in points { total += point.figures }
            return total
        }
        let (from, to) = (today.adding(days: -days), today.adding(days: -1))
        return Report(
            scheduleID: schedule.id, recipientIDs: schedule.recipientIDs, fromDate: from, toDate: to, timeZone: zone,
            figures: try await total(from, to).wire(features),
            before: try await total(from.adding(days: -days), from.adding(days: -1)).wire(features))
    }
}
