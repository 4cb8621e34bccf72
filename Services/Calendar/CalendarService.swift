import Clients
import Events
import LifeCycle
import Models
import Postgres
import ServiceKit
import Suite
import Web

/// Appointments, availability and booking: the process that the features are built into.
enum CalendarService: ServiceProgram {
    static let name = ServiceName.calendar
    static var migrations: [Migration] { Migration.calendar }

    static func prepare(_ seat: ServiceSeat<CalendarConfiguration>) async throws -> SuiteMembership {
        try SuiteMembership(seat)
    }

    static func assemble(
        _ seat: ServiceSeat<CalendarConfiguration>, _ membership: SuiteMembership
    ) async throws -> ServiceParts {
        let member = try await membership.member(on: seat)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        let application = WebApplication(seat, routes: .calendar, trust: trust)
        let inner = WebApplication(
            seat,
            routes: .calendarInternal(
                events: EventReceiver.route(seat.database, LifeCycle.receiving()),
                export: ServiceExportRoutes(database: seat.database, tables: [])), trust: trust, listener: .internal)
        var parts = ServiceParts(
            service: application.handler, internal: inner.handler, status: [FeedStatus.section(of: member.state)])
        parts.isReady = { [state = member.state] in state.isLoaded }
        parts.mayBegin = { [state = member.state] in state.isCurrent }
        if seat.index == 0 {
            parts.running =
                [{ await membership.run() }] + LifeCycle.runs(seat, of: name) { member.client(for: $0) }
        }
        return parts
    }

    static func openAPI() throws -> [UInt8]? { try RouteTable.calendar.openAPI() }
}
