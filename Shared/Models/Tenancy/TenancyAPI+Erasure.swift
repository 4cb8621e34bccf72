package import JSON

/// How far an erasure has come.
package enum ErasureState: String, Codable, CaseIterable, Sendable {
    /// Some service has not said yet that it is done; it is asked again.
    case open
    /// All that is left is kept by a legal hold.
    case held
    case finished
}

extension TenancyAPI {
    /// `POST /api/v1/erasures`: at least one of the two.
    package struct CreateErasure: Codable, Sendable, Noted {
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

    /// A person or a tenant that is erased everywhere; whom it is about is not said.
    package struct Erasure: Codable, Sendable {
        package var id: ErasureID
        package var kind: ErasureKind
        package var state: ErasureState
        /// Whose rows are erased.
        package var tenantID: TenantID
        package var requestedAt: Timestamp
        /// Null when nobody did: a tenant goes when its grace period is over.
        package var requestedBy: UserID?
        package var finishedAt: Timestamp?
        package var receipts: [ErasureReceipt]
        /// The services that have not said yet that they are done.
        package var missing: [ServiceName]

        package init(
            id: ErasureID, kind: ErasureKind, state: ErasureState, tenantID: TenantID, requestedAt: Timestamp,
            requestedBy: UserID?, finishedAt: Timestamp?, receipts: [ErasureReceipt], missing: [ServiceName]
        ) {
            self.id = id
            self.kind = kind
            self.state = state
            self.tenantID = tenantID
            self.requestedAt = requestedAt
            self.requestedBy = requestedBy
            self.finishedAt = finishedAt
            self.receipts = receipts
            self.missing = missing
        }
    }

    /// What one service has erased.
    package struct ErasureReceipt: Codable, Sendable, Hashable {
        package var service: ServiceName
        package var receivedAt: Timestamp
        /// How many things of which kind are gone or were made unreadable.
        package var erased: [String: Int]
        /// How many things a legal hold keeps.
        package var held: Int

        package init(service: ServiceName, receivedAt: Timestamp, erased: [String: Int], held: Int) {
            self.service = service
            self.receivedAt = receivedAt
            self.erased = erased
            self.held = held
        }
    }
}
