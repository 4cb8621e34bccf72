/// What was taken out of a service; the audit log's word for it.
package enum TakenKind: String, Codable, CaseIterable, Sendable {
    case callsExported = "calls.exported"
    case recordingDownloaded = "recording.downloaded"
    /// Numbers of a do-not-call list, or decisions with whom they were about.
    case contactsExported = "contacts.exported"
}

extension InternalAPI {
    /// The data of the event `data.taken`: an export or a download as the audit log keeps it.
    package struct Taking: Codable, Sendable {
        package var kind: TakenKind
        /// One of the two is there.
        package var userID: UserID?
        package var apiKeyID: APIKeyID?
        /// The super admin who acted in the person's place.
        package var impersonatorID: UserID?
        /// `call/<id>` and the like.
        package var subject: String
        /// How many rows of a table; one for a file.
        package var rows: Int
        package var requestID: String?
        package var clientAddress: String?

        package init(
            kind: TakenKind, userID: UserID?, apiKeyID: APIKeyID?, impersonatorID: UserID?, subject: String,
            rows: Int, requestID: String?, clientAddress: String?
        ) {
            self.kind = kind
            self.userID = userID
            self.apiKeyID = apiKeyID
            self.impersonatorID = impersonatorID
            self.subject = subject
            self.rows = rows
            self.requestID = requestID
            self.clientAddress = clientAddress
        }
    }
}
