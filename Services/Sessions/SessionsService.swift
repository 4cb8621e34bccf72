import Clients
import Events
import LifeCycle
import Models
import Postgres
import ServiceKit
import Suite
import Web

/// Widgets, contact forms, sessions, sales people, leads, customers, deals and activities: the process that the features are built into.
enum SessionsService: ServiceProgram {
    static let name = ServiceName.sessions
    static var migrations: [Migration] { Migration.sessions }

    static func prepare(_ seat: ServiceSeat<SessionsConfiguration>) async throws -> SuiteMembership {
        try SuiteMembership(seat)
    }

    static func assemble(
        _ seat: ServiceSeat<SessionsConfiguration>, _ membership: SuiteMembership
    ) async throws -> ServiceParts {
        let member = try await membership.member(on: seat)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        let application = WebApplication(seat, routes: .sessions, trust: trust)
        let inner = WebApplication(
            seat,
            routes: .sessionsInternal(
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

    static func openAPI() throws -> [UInt8]? { try RouteTable.sessions.openAPI() }
}
