package import JSON

extension TenancyAPI {
    /// `POST /api/v1/invitations`.
    package struct CreateInvitation: Codable, Sendable, Noted {
        package var email: EmailAddress
        package var name: String?
        package var role: Role
        package var expiresInDays: Int?
        package var delivery: LinkDelivery?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.role, "owner, admin or agent."),
                .of(CodingKeys.expiresInDays, "How long the link works; 7 when left out.", range: 1...30),
                .of(CodingKeys.delivery, "mail (default) or link, which sends nothing."),
            ]
        }
    }

    /// `POST /api/v1/invitations/{id}/resend`.
    package struct ResendInvitation: Codable, Sendable, Noted {
        package var expiresInDays: Int?
        package var delivery: LinkDelivery?

        package static var notes: [Note] {
            [
                .of(CodingKeys.expiresInDays, "How long the new link works; 7 when left out.", range: 1...30),
                .of(CodingKeys.delivery, "mail (default) or link, which sends nothing."),
            ]
        }
    }

    /// An invitation as its list shows it, without its token.
    package struct Invitation: Codable, Sendable {
        package var id: InvitationID
        package var email: EmailAddress
        package var name: String?
        package var role: Role
        package var status: InvitationStatus
        package var letter: LetterStatus
        /// What the mail server said of a letter that it refused, such as `smtp_550`: the address may be wrong.
        package var letterError: String?
        package var createdAt: Timestamp
        /// When its link was made, which is later than the invitation where it was sent again.
        package var sentAt: Timestamp
        package var expiresAt: Timestamp
        package var acceptedAt: Timestamp?
        package var revokedAt: Timestamp?

        package init(
            id: InvitationID, email: EmailAddress, name: String?, role: Role, status: InvitationStatus,
            letter: LetterStatus, letterError: String?, createdAt: Timestamp, sentAt: Timestamp, expiresAt: Timestamp,
            acceptedAt: Timestamp?, revokedAt: Timestamp?
        ) {
            self.id = id
            self.email = email
            self.name = name
            self.role = role
            self.status = status
            self.letter = letter
            self.letterError = letterError
            self.createdAt = createdAt
            self.sentAt = sentAt
            self.expiresAt = expiresAt
            self.acceptedAt = acceptedAt
            self.revokedAt = revokedAt
        }
    }

    /// A fresh invitation: the only time its token is shown.
    package struct CreatedInvitation: Codable, Sendable {
        package var id: InvitationID
        package var email: EmailAddress
        package var role: Role
        package var token: String
        /// A link to hand over where mail is not set up.
        package var url: String
        package var expiresAt: Timestamp

        package init(
            id: InvitationID, email: EmailAddress, role: Role, token: String, url: String, expiresAt: Timestamp
        ) {
            self.id = id
            self.email = email
            self.role = role
            self.token = token
            self.url = url
            self.expiresAt = expiresAt
        }
    }
}
