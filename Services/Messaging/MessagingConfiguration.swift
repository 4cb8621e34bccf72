import HTTPClient
import Mail
import Models
import ServiceKit
import Telemetry

/// The settings of messaging.
struct MessagingConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration
    /// Nil without SMTP_URL: letters are kept for the mailbox of development.
    let mail: MailConfiguration?

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .messaging)
        mail = MailConfiguration(&environment, domain: process.baseURL.host)
    }
}

/// The mail server, and in whose name letters go out.
struct MailConfiguration: Sendable {
    let server: SMTPServer
    let from: MailAddress

    init?(_ environment: inout Environment, domain: String) {
        let server = environment.read(
            "SMTP_URL", "the mail server; without it letters are kept for the mailbox of development",
            example: "smtps://user:password@mail.example.com:465", isSecret: true
        ) { text throws(EnvironmentFault) in
            guard let server = SMTPServer(text) else {
                throw EnvironmentFault("must be smtp[s]://user:password@host:port")
            }
            return server
        }
        let usual = "no-reply@\(domain)"
        let from = environment.read(
            "MAIL_FROM", "the sender of letters, its name optional", example: "Switchboard <no-reply@example.com>",
            default: usual
        ) { text throws(EnvironmentFault) in
            guard let address = MailAddress(parsing: text) else {
                throw EnvironmentFault("must be an address, or a name and an address between < and >")
            }
            return address
        }
        let requiresTLS = environment.flag(
            "SMTP_REQUIRE_TLS", "whether letters go out over TLS alone (STARTTLS with smtp://)", default: true)
        guard var server, let from = from ?? MailAddress(parsing: usual) else { return nil }
        server.requiresTLS = requiresTLS
        self.server = server
        self.from = from
    }
}
