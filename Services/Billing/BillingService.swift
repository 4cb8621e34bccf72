import Clients
import Events
import LifeCycle
import Models
import Postgres
import ServiceKit
import Suite
import Web

/// Plans, subscriptions, metering, invoices and payments: the process that the features are built into.
enum BillingService: ServiceProgram {
    static let name = ServiceName.billing
    static var migrations: [Migration] { Migration.billing }

    static func prepare(_ seat: ServiceSeat<BillingConfiguration>) async throws -> SuiteMembership {
        try SuiteMembership(seat)
    }

    static func assemble(
        _ seat: ServiceSeat<BillingConfiguration>, _ membership: SuiteMembership
    ) async throws -> ServiceParts {
        let member = try await membership.member(on: seat)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        // The receipt is all that an event leaves here until a feature acts on it.
        let events = EventReceiver.route(seat.database, LifeCycle.receiving())
        let application = WebApplication(seat, routes: .billing, trust: trust)
        let inner = WebApplication(
            seat,
            routes: .billingInternal(
                events: events, usage: UsageRoutes(database: seat.database),
                export: ServiceExportRoutes(database: seat.database, tables: [ExportedTable("usage_counts")])),
            trust: trust, listener: .internal)
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

    static func openAPI() throws -> [UInt8]? { try RouteTable.billing.openAPI() }
}
