import HTTPClient
import Mail
import Models
import Web

/// Whether letters go out, and a letter that is sent at once, so that the mail server's own answer can be shown.
struct MailTestRoutes: Sendable {
    /// Nil without a mail server.
    let sending: MailSending?

    func state(_ context: RequestContext) async throws -> OK<InternalAPI.MailState> {
        OK(InternalAPI.MailState(isSetUp: sending != nil))
    }

    func send(
        _ context: RequestContext, _ body: Body<InternalAPI.Mail>
    ) async throws -> OK<InternalAPI.MailState> {
        try MailRules.check(body.value)
        guard let sending else { return OK(InternalAPI.MailState(isSetUp: false)) }
        do {
            try await sending.client.send(MailLayout.message(body.value, from: sending.from, at: .now()))
            return OK(InternalAPI.MailState(isSetUp: true, isSent: true))
        } catch let error as SMTPError {
            return OK(
                InternalAPI.MailState(isSetUp: true, isSent: false, code: error.code, detail: error.description))
        } catch is MailError {
            throw Failure(.badRequest, "The letter cannot be written.")
        }
    }
}
