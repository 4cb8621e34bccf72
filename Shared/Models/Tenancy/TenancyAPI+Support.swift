package import JSON

/// What an owner has said to a wish to act as them.
package enum SupportRequestState: String, Codable, CaseIterable, Sendable {
    case waiting, approved, refused
    /// Nobody has decided in time, or what was agreed to is over.
    case expired
}

extension TenancyAPI {
    /// `POST /api/v1/platform/tenants/{id}/support-requests`.
    package struct CreateSupportRequest: Codable, Sendable, Noted {
        package var reason: String

        package static var notes: [Note] { [.of(CodingKeys.reason, "What for; the owner reads it.", length: 1...500)] }
    }

    /// `POST /api/v1/settings/support-requests/{id}/approve`.
    package struct ApproveSupportRequest: Codable, Sendable, Noted {
        package var hours: Int?

        package static var notes: [Note] { [.of(CodingKeys.hours, "For how many hours, 1 to 72; 4 if left out.")] }
    }

    /// A super admin's wish to act as the tenant's owner.
    package struct SupportRequest: Codable, Sendable {
        package var id: SupportRequestID
        package var state: SupportRequestState
        package var reason: String
        package var requestedBy: UserID
        package var requestedAt: Timestamp
        package var decidedBy: UserID?
        package var decidedAt: Timestamp?
        /// Until when it can be decided, and once it is approved until when it holds.
        package var expiresAt: Timestamp

        package init(
            id: SupportRequestID, state: SupportRequestState, reason: String, requestedBy: UserID,
            requestedAt: Timestamp, decidedBy: UserID?, decidedAt: Timestamp?, expiresAt: Timestamp
        ) {
            self.id = id
            self.state = state
            self.reason = reason
            self.requestedBy = requestedBy
            self.requestedAt = requestedAt
            self.decidedBy = decidedBy
            self.decidedAt = decidedAt
            self.expiresAt = expiresAt
        }
    }
}
