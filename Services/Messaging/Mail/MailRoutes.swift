import Models
import Telemetry
import Web

/// What tenancy hands over to be sent.
struct MailRoutes: Sendable {
    let store: MailStore
    let seal: MailSeal
    /// Whether there is a mail server; without one letters are kept.
    let isSending: Bool

    /// 204 for a letter that is here now, also when it was before.
    func take(_ context: RequestContext, _ body: Body<InternalAPI.Mail>) async throws -> NoContent {
        let mail = body.value
        try MailRules.check(mail)
        let isNew = try await store.take(
            mail.id, kind: mail.kind, to: mail.to, subject: mail.subject,
            sealed: try seal.seal(mail, of: context.tenant), isSent: isSending, in: context.tenant)
        if isNew {
            context.logger.info("Mail taken", [.string("mail_id", mail.id.description), .string("kind", mail.kind)])
        }
        return NoContent()
    }
}
