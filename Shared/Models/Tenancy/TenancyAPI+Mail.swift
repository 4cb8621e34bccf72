extension TenancyAPI {
    /// Whether letters go out, and what became of a test letter.
    package struct MailState: Codable, Sendable {
        /// Without a mail server invitations and links are handed over by hand.
        package var isSetUp: Bool
        /// Whether the mail server has taken the test letter; null when none was sent.
        package var isSent: Bool?
        /// What the mail server itself said when it did not take it.
        package var code: String?
        package var detail: String?

        package init(_ state: InternalAPI.MailState) {
            isSetUp = state.isSetUp
            isSent = state.isSent
            code = state.code
            detail = state.detail
        }
    }
}
