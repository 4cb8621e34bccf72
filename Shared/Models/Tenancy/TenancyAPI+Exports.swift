package import JSON

/// How far an archive has come.
package enum ExportState: String, Codable, CaseIterable, Sendable {
    /// It is being put together.
    case waiting
    case ready
    case failed
    /// It can be fetched no more.
    case expired
}

/// Whose data an archive holds.
package enum ExportKind: String, Codable, CaseIterable, Sendable {
    case tenant, person
}

extension TenancyAPI {
    /// `POST /api/v1/exports/people`: at least one of the two.
    package struct CreatePersonExport: Codable, Sendable, Noted {
        package var email: EmailAddress?
        package var phoneNumber: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.email, "The person's address."),
                .of(
                    CodingKeys.phoneNumber, "The person's number, as E.164 or as the tenant's country dials it.",
                    length: 2...64),
            ]
        }
    }

    /// What one service has put into an archive.
    package struct ExportReceipt: Codable, Sendable, Hashable {
        package var service: ServiceName
        /// How many rows of which table.
        package var rows: [String: Int]
        package var files: Int

        package init(service: ServiceName, rows: [String: Int], files: Int) {
            self.service = service
            self.rows = rows
            self.files = files
        }
    }

    /// An archive of all that a tenant has, or of all that there is about one person, who is not named.
    package struct Export: Codable, Sendable {
        package var id: ExportID
        package var kind: ExportKind
        package var state: ExportState
        package var requestedBy: UserID
        package var requestedAt: Timestamp
        package var finishedAt: Timestamp?
        /// Until when it can be fetched at `/api/v1/exports/{id}/archive`.
        package var expiresAt: Timestamp?
        package var sizeBytes: Int64?
        /// Of the archive's bytes, in hexadecimal.
        package var sha256: String?
        /// A word for why it could not be made.
        package var failure: String?
        /// What each service has given, once the archive is ready.
        package var receipts: [ExportReceipt]

        package init(
            id: ExportID, kind: ExportKind, state: ExportState, requestedBy: UserID, requestedAt: Timestamp,
            finishedAt: Timestamp?, expiresAt: Timestamp?, sizeBytes: Int64?, sha256: String?, failure: String?,
            receipts: [ExportReceipt]
        ) {
            self.id = id
            self.kind = kind
            self.state = state
            self.requestedBy = requestedBy
            self.requestedAt = requestedAt
            self.finishedAt = finishedAt
            self.expiresAt = expiresAt
            self.sizeBytes = sizeBytes
            self.sha256 = sha256
            self.failure = failure
            self.receipts = receipts
        }
    }
}
