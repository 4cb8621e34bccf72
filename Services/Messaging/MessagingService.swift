import Clients
import Events
import Models
import Postgres
import ServiceKit
import Suite
import Web

/// Chat, mail, sequences, notifications and outgoing webhooks: the process that the features are built into.
enum MessagingService: ServiceProgram {
    static let name = ServiceName.messaging
    static var migrations: [Migration] { Migration.messaging }

    static func prepare(_ seat: ServiceSeat<MessagingConfiguration>) async throws -> SuiteMembership {
        try SuiteMembership(seat)
    }

    static func assemble(
        _ seat: ServiceSeat<MessagingConfiguration>, _ membership: SuiteMembership
    ) async throws -> ServiceParts {
        let member = try await membership.member(on: seat)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        // The receipt is all that an event leaves here until a feature acts on it.
        let events = EventReceiver.route(seat.database) { _, _ in }
        let application = WebApplication(seat, routes: .messaging, trust: trust)
        let inner = WebApplication(seat, routes: .messagingInternal(events: events), trust: trust, listener: .internal)
        var parts = ServiceParts(service: application.handler, internal: inner.handler)
        parts.isReady = { [state = member.state] in state.isLoaded }
        parts.mayBegin = { [state = member.state] in state.isCurrent }
        if seat.index == 0 { parts.running = [{ await membership.run() }] }
        return parts
    }

    static func openAPI() throws -> [UInt8]? { try RouteTable.messaging.openAPI() }
}
