package import JSON

extension TenancyAPI {
    /// A super admin and the areas that they may work in.
    package struct SuperAdmin: Codable, Sendable {
        package var id: UserID
        package var email: EmailAddress
        package var name: String
        package var status: UserStatus
        package var areas: [PlatformArea]
        package var createdAt: Timestamp
        package var lastSignInAt: Timestamp?

        package init(
            id: UserID, email: EmailAddress, name: String, status: UserStatus, areas: [PlatformArea],
            createdAt: Timestamp, lastSignInAt: Timestamp?
        ) {
            self.id = id
            self.email = email
            self.name = name
            self.status = status
            self.areas = areas
            self.createdAt = createdAt
            self.lastSignInAt = lastSignInAt
        }
    }

    /// `POST /api/v1/platform/super-admins`.
    package struct CreateSuperAdmin: Codable, Sendable, Noted {
        package var email: EmailAddress
        package var name: String
        package var areas: [PlatformArea]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.areas, "What they may work in; all of the platform when left out."),
            ]
        }
    }

    /// `PATCH /api/v1/platform/super-admins/{id}`.
    package struct UpdateSuperAdmin: Codable, Sendable, Noted {
        package var areas: [PlatformArea]

        package static var notes: [Note] { [.of(CodingKeys.areas, "What they may work in from now on.")] }
    }
}
