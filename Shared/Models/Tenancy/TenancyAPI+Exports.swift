/// How far an archive has come.
package enum ExportState: String, Codable, CaseIterable, Sendable {
    /// It is being put together.
    case waiting
    case ready
    case failed
    /// It can be fetched no more.
    case expired
}

extension TenancyAPI {
    /// An archive of all that a tenant has.
    package struct Export: Codable, Sendable {
        package var id: ExportID
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

        package init(
            id: ExportID, state: ExportState, requestedBy: UserID, requestedAt: Timestamp, finishedAt: Timestamp?,
            expiresAt: Timestamp?, sizeBytes: Int64?, sha256: String?, failure: String?
        ) {
            self.id = id
            self.state = state
            self.requestedBy = requestedBy
            self.requestedAt = requestedAt
            self.finishedAt = finishedAt
            self.expiresAt = expiresAt
            self.sizeBytes = sizeBytes
            self.sha256 = sha256
            self.failure = failure
        }
    }
}
