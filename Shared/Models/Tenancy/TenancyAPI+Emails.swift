package import JSON

extension TenancyAPI {
    /// `POST /api/v1/auth/email/change`.
    package struct ChangeEmail: Codable, Sendable {
        package var email: EmailAddress
    }

    /// `POST /api/v1/auth/email/confirm`.
    package struct ConfirmEmail: Codable, Sendable, Noted {
        package var token: String

        package static var notes: [Note] { [.of(CodingKeys.token, "Out of the letter's link.", length: 1...100)] }
    }

    /// A person's address, and the one that is to come.
    package struct EmailState: Codable, Sendable {
        /// An address that waits for its confirmation.
        package struct Pending: Codable, Sendable {
            package var email: EmailAddress
            package var expiresAt: Timestamp

            package init(email: EmailAddress, expiresAt: Timestamp) {
                self.email = email
                self.expiresAt = expiresAt
            }
        }

        package var email: EmailAddress
        package var verifiedAt: Timestamp?
        package var pending: Pending?

        package init(email: EmailAddress, verifiedAt: Timestamp?, pending: Pending?) {
            self.email = email
            self.verifiedAt = verifiedAt
            self.pending = pending
        }
    }
}
