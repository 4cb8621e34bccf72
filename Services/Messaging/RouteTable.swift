import LifeCycle
import Models
import Web

/// All routes of messaging with their guards: the service's policy on one screen.
extension RouteTable {
    static var messaging: RouteTable { RouteTable(.messaging, []) }

    /// What other services may ask.
    static func messagingInternal(events: Route, mail: MailRoutes, export: ServiceExportRoutes) -> RouteTable {
        RouteTable(
            .messaging,
            [
                events,
                .post(
                    "/internal/mail", "send_mail", .service(.mailSend), "Send a letter of the suite to one person",
                    mail.take),
            ] + export.routes)
    }
}
