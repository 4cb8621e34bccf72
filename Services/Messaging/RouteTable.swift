import LifeCycle
import Models
import Web

/// All routes of messaging with their guards: the service's policy on one screen.
extension RouteTable {
    static var messaging: RouteTable { RouteTable(.messaging, []) }

    /// What other services may ask.
    static func messagingInternal(
        events: Route, mail: MailRoutes, test: MailTestRoutes, export: ServiceExportRoutes
    ) -> RouteTable {
        RouteTable(
            .messaging,
            [
                events,
                .post(
                    "/internal/mail", "send_mail", .service(.mailSend), "Send a letter of the suite to one person",
                    mail.take),
                .get(
                    "/internal/mail", "get_mail_server", .service(.mailSend), "Whether there is a mail server",
                    test.state),
                .post(
                    "/internal/mail/test", "try_mail_server", .service(.mailSend),
                    "Send a letter at once and say what the mail server said", test.send),
            ] + export.routes)
    }
}
