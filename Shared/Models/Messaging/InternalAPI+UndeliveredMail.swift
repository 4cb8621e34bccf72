extension InternalAPI {
    /// The data of the event `mail.undelivered`: a letter of the suite that is not tried again.
    package struct UndeliveredMail: Codable, Sendable {
        package var mailID: MailID
        /// Why, such as `smtp_550`.
        package var code: String

        package init(mailID: MailID, code: String) {
            self.mailID = mailID
            self.code = code
        }
    }
}
