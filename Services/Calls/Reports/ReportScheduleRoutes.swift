import Auth
import JSON
import Models
import Postgres
import Web

/// Reports that are mailed again and again, over HTTP.
struct ReportScheduleRoutes: Sendable {
    let database: Database
    let people: PeopleDirectory

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.ReportSchedules> {
        OK(CallsAPI.ReportSchedules(data: try await store(context).list()))
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.PutReportSchedule>
    ) async throws -> Created<CallsAPI.ReportSchedule> {
        let filter = try await checked(body.value, context)
        let made = try await store(context).create(
            body.value, filter: filter, zone: context.timeZone, by: context.user.userID)
        guard let made else { throw Failure(.conflict, "There are \(ReportScheduleStore.most) reports already.") }
        return Created(made, at: "/api/v1/analytics/reports/\(made.id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<ReportScheduleID>) async throws -> OK<CallsAPI.ReportSchedule> {
        guard let found = try await store(context).find(path.id) else { throw Failure(.notFound) }
        return OK(found, version: found.version)
    }

    func replace(
        _ context: RequestContext, _ path: PathID<ReportScheduleID>, _ match: IfMatch,
        _ body: Body<CallsAPI.PutReportSchedule>
    ) async throws -> OK<CallsAPI.ReportSchedule> {
        let filter = try await checked(body.value, context)
        let changed = try await store(context).replace(
            path.id, body.value, filter: filter, zone: context.timeZone, version: match.version)
        if let changed { return OK(changed, version: changed.version) }
        throw try await refusal(path.id, context)
    }

    func delete(_ context: RequestContext, _ path: PathID<ReportScheduleID>, _ match: IfMatch) async throws -> NoContent
    {
        guard try await store(context).delete(path.id, version: match.version) else {
            throw try await refusal(path.id, context)
        }
        return NoContent()
    }

    private func store(_ context: RequestContext) -> ReportScheduleStore {
        ReportScheduleStore(rows: context.database(database))
    }

    private func refusal(_ id: ReportScheduleID, _ context: RequestContext) async throws -> Failure {
        Failure(try await store(context).find(id) == nil ? .notFound : .preconditionFailed)
    }

    private func checked(_ wanted: CallsAPI.PutReportSchedule, _ context: RequestContext) async throws -> JSONText {
        var errors: [FieldError] = []
        if (wanted.cadence == .weekly) != (wanted.weekday != nil) {
            errors.append(
                FieldError(pointer: "/weekday", code: "not_allowed", detail: "Of weekly reports, and of these always."))
        }
        if (wanted.cadence == .monthly) != (wanted.monthday != nil) {
            errors.append(
                FieldError(
                    pointer: "/monthday", code: "not_allowed", detail: "Of monthly reports, and of these always."))
        }
        if let day = wanted.monthday, day > 28 {
            errors.append(FieldError(pointer: "/monthday", code: "out_of_range", detail: "1 to 28 expected"))
        }
        for (index, person) in wanted.recipientIDs.enumerated() {
            // Figures of the organisation are for those who see all its calls.
            let found = try await people.find(person, context.tenant)
            let maySee = found.map {
                $0.status == .active && ($0.role != .agent || context.settings[Settings.visibility] == .organisation)
            }
            if maySee != true {
                errors.append(
                    FieldError(
                        pointer: "/recipient_ids/\(index)", code: "not_allowed",
                        detail: "The person may not see these figures."))
            }
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
        return try StoredFilter.checked(wanted.filter ?? .emptyObject)
    }
}
