package import JSON

extension CallsAPI {
    /// A number that is not called.
    package struct DoNotCallEntry: Codable, Sendable {
        package var id: DoNotCallID
        /// E.164; null when its owner was erased: the number is not called all the same.
        package var number: String?
        package var reason: DoNotCallReason
        /// Who put it there: api, web_form, sms, import and the like.
        package var source: String
        package var note: String?
        package var expiresAt: Timestamp?
        package var addedBy: UserID?
        package var createdAt: Timestamp
        package var updatedAt: Timestamp

        package init(
            id: DoNotCallID, number: String?, reason: DoNotCallReason, source: String, note: String?,
            expiresAt: Timestamp?, addedBy: UserID?, createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.number = number
            self.reason = reason
            self.source = source
            self.note = note
            self.expiresAt = expiresAt
            self.addedBy = addedBy
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// `POST /api/v1/consent/do-not-call`.
    package struct AddDoNotCall: Codable, Sendable, Noted {
        package var number: String
        package var reason: DoNotCallReason?
        package var note: String?
        package var expiresAt: Timestamp?

        package static var notes: [Note] {
            [
                .of(CodingKeys.number, "As it is dialled in the tenant's country, or E.164.", length: 2...64),
                .of(CodingKeys.reason, "Default requested."),
                .of(CodingKeys.note, "What else there is to say.", length: 1...1000),
                .of(CodingKeys.expiresAt, "Until when; without it for ever."),
            ]
        }
    }

    /// What an import has done.
    package struct DoNotCallImport: Codable, Sendable {
        package var id: DoNotCallImportID
        package var rows: Int
        package var added: Int
        /// Rows whose number was on the list already.
        package var known: Int
        /// Rows that were passed over; each is told at `/rows`.
        package var refused: Int
        /// Whether the file was read to its end.
        package var finished: Bool
        /// How many queued calls were cancelled.
        package var cancelled: Int
        package var createdBy: UserID?
        package var createdAt: Timestamp

        package init(
            id: DoNotCallImportID, rows: Int, added: Int, known: Int, refused: Int, finished: Bool, cancelled: Int,
            createdBy: UserID?, createdAt: Timestamp
        ) {
            self.id = id
            self.rows = rows
            self.added = added
            self.known = known
            self.refused = refused
            self.finished = finished
            self.cancelled = cancelled
            self.createdBy = createdBy
            self.createdAt = createdAt
        }
    }

    /// A row of an import that was passed over.
    package struct DoNotCallImportRow: Codable, Sendable {
        /// The line of the file on which the row begins, from 1.
        package var line: Int
        package var code: String
        package var detail: String

        package init(line: Int, code: String, detail: String) {
            self.line = line
            self.code = code
            self.detail = detail
        }
    }
}
