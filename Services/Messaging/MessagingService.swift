import Clients
import Events
import LifeCycle
import Mail
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
        let events = EventReceiver.route(seat.database, LifeCycle.receiving())
        guard let secrets = seat.secrets else { throw MessagingError.missingEncryptionKeys }
        let seal = MailSeal(secrets: secrets)
        let mail = MailRoutes(
            store: MailStore(database: seat.database), seal: seal, isSending: seat.configuration.mail != nil)
        let sending = seat.configuration.mail.map { MailSending(client: MailClient($0.server), from: $0.from) }
        let application = WebApplication(seat, routes: .messaging, trust: trust)
        let inner = WebApplication(
            seat,
            routes: .messagingInternal(
                events: events, mail: mail, test: MailTestRoutes(sending: sending),
                export: ServiceExportRoutes(database: seat.database, tables: .ofMessaging)),
            trust: trust, listener: .internal)
        var parts = ServiceParts(
            service: application.handler, internal: inner.handler, status: [FeedStatus.section(of: member.state)])
        parts.isReady = { [state = member.state] in state.isLoaded }
        parts.mayBegin = { [state = member.state] in state.isCurrent }
        if seat.index == 0 {
            let mailbox = MailboxRoutes(
                store: MailboxStore(database: seat.database), seal: seal, logger: seat.logger)
            parts.pages = [OperatorPage(MailboxRoutes.path) { await mailbox.answer($0) }]
            let jobs = try MessagingJobService(
                seat, mail: MailDelivery(store: mail.store, seal: seal, sending: sending),
                tenancy: member.client(for: .tenancy))
            let outbox = OutboxService(
                seat.loop, seat.database, publisher: name,
                delivery: InternalEventDelivery { member.client(for: $0) }, logger: seat.logger, metrics: seat.metrics)
            parts.running = [{ await membership.run() }, { await jobs.run() }, { await outbox.run() }]
        }
        return parts
    }

    static func openAPI() throws -> [UInt8]? { try RouteTable.messaging.openAPI() }
}

/// Why messaging cannot start.
enum MessagingError: Error, CustomStringConvertible {
    case missingEncryptionKeys

    var description: String { "ENCRYPTION_KEYS is not set; it seals letters until they are sent" }
}
