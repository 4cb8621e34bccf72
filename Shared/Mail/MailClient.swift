package import HTTPClient
import Models

/// Sends messages through one mail server; throws `SMTPError`, and `MailError` for a message that cannot be written.
package struct MailClient: Sendable {
    private let smtp: SMTPClient

    package init(_ server: SMTPServer) { smtp = SMTPClient(server) }

    package func send(_ message: MailMessage) async throws {
        try await smtp.send(
            try message.bytes(), from: message.from.address.text, to: message.to.address.text)
    }
}
