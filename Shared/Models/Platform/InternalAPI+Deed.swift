package import JSON

extension InternalAPI {
    /// Who does something and from where, for the audit log of it.
    ///
    /// It travels with the task of a request into the database, whose triggers note what the request changes.
    package struct DeedOrigin: Codable, Sendable {
        /// The origin of what the current task does, as JSON; nil where nothing is noted.
        @TaskLocal package static var text: String?

        /// Neither a person nor a key: somebody who has not signed in.
        package var userID: UserID?
        package var apiKeyID: APIKeyID?
        /// The super admin who acts in the person's place.
        package var impersonatorID: UserID?
        package var requestID: String
        package var clientAddress: String

        package init(
            userID: UserID?, apiKeyID: APIKeyID?, impersonatorID: UserID?, requestID: String, clientAddress: String
        ) {
            self.userID = userID
            self.apiKeyID = apiKeyID
            self.impersonatorID = impersonatorID
            self.requestID = requestID
            self.clientAddress = clientAddress
        }
    }

    /// The data of the event `deed.done`: what somebody has changed in a service, as the audit log keeps it.
    package struct Deed: Codable, Sendable {
        /// Such as `rubric.updated`.
        package var action: String
        /// Such as `rubric/<id>`.
        package var subject: String
        package var userID: UserID?
        package var apiKeyID: APIKeyID?
        package var impersonatorID: UserID?
        package var requestID: String?
        package var clientAddress: String?
        /// What was changed, as it was; no secrets.
        package var before: JSONText?
        package var after: JSONText?

        package init(
            action: String, subject: String, userID: UserID?, apiKeyID: APIKeyID?, impersonatorID: UserID?,
            requestID: String?, clientAddress: String?, before: JSONText?, after: JSONText?
        ) {
            self.action = action
            self.subject = subject
            self.userID = userID
            self.apiKeyID = apiKeyID
            self.impersonatorID = impersonatorID
            self.requestID = requestID
            self.clientAddress = clientAddress
            self.before = before
            self.after = after
        }
    }
}
