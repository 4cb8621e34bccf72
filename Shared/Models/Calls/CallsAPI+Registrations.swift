package import JSON

extension CallsAPI {
    /// `POST /api/v1/calls/registrations`.
    package struct RegisterCall: Codable, Sendable, Noted {
        package var connectionID: ConnectionID
        package var isWeb: Bool
        package var from: String?
        package var to: String?
        package var contactFormSubmissionID: String?
        package var widgetID: String?
        package var metadata: JSONText?

        package static var notes: [Note] {
            [
                .of(CodingKeys.connectionID, "A connection of Retell."),
                .of(CodingKeys.isWeb, "Whether a browser carries the call; else a phone system of your own."),
                .of(CodingKeys.from, "Of a telephone call.", length: 0...200),
                .of(CodingKeys.to, "Of a telephone call.", length: 0...200),
                .of(CodingKeys.contactFormSubmissionID, "Comes back with the call.", length: 1...200),
                .of(CodingKeys.widgetID, "Comes back with the call.", length: 1...200),
                .of(CodingKeys.metadata, "A JSON object that comes back with the call."),
            ]
        }
    }

    /// A call that its provider expects.
    package struct RegisteredCall: Codable, Sendable {
        package var callID: CallID
        package var externalID: String
        /// What a browser joins the call with; shown once.
        package var accessToken: String?
        package var expiresAt: Timestamp?

        package init(callID: CallID, externalID: String, accessToken: String?, expiresAt: Timestamp?) {
            self.callID = callID
            self.externalID = externalID
            self.accessToken = accessToken
            self.expiresAt = expiresAt
        }
    }
}
