extension InternalAPI {
    /// `GET /internal/mail` of messaging, and the answer of `POST /internal/mail/test`.
    package struct MailState: Codable, Sendable {
        /// Whether there is a mail server; without one letters are kept.
        package var isSetUp: Bool
        /// Whether the server has taken the test letter; nil when none was sent.
        package var isSent: Bool?
        /// What the server said when it did not take it.
        package var code: String?
        package var detail: String?

        package init(isSetUp: Bool, isSent: Bool? = nil, code: String? = nil, detail: String? = nil) {
            self.isSetUp = isSetUp
            self.isSent = isSent
            self.code = code
            self.detail = detail
        }
    }
}
