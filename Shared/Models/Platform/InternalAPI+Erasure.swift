/// Whose traces go: those of one person within a tenant, or the whole tenant.
package enum ErasureKind: String, Codable, CaseIterable, Sendable {
    case person, tenant
}

extension InternalAPI {
    /// `GET /internal/erasures/{id}` of tenancy: what a service is to erase; 404 once the erasure is over.
    package struct Erasure: Codable, Sendable {
        package var id: ErasureID
        package var kind: ErasureKind
        /// Whose rows they are.
        package var tenantID: TenantID
        /// The person's numbers; none when a tenant goes.
        package var phoneNumbers: [ErasedNumber]
        /// The person's addresses, in lower case.
        package var emails: [String]

        package init(
            id: ErasureID, kind: ErasureKind, tenantID: TenantID, phoneNumbers: [ErasedNumber], emails: [String]
        ) {
            self.id = id
            self.kind = kind
            self.tenantID = tenantID
            self.phoneNumbers = phoneNumbers
            self.emails = emails
        }
    }

    /// A number as it may be written anywhere.
    package struct ErasedNumber: Codable, Sendable, Hashable {
        /// E.164, with its plus.
        package var number: String
        /// The digits without the country's code.
        package var national: String

        package init(number: String, national: String) {
            self.number = number
            self.national = national
        }
    }

    /// The data of the event `erasure.requested`, and of `erasure.done` without a receipt's figures.
    package struct ErasureEvent: Codable, Sendable {
        package var erasureID: ErasureID

        package init(erasureID: ErasureID) { self.erasureID = erasureID }
    }

    /// What a service has erased: the data of the event `erasure.done`, and the body of
    /// `POST /internal/erasures/{id}/receipt` by which the gateway, which sends no events, says the same.
    package struct ErasureReceipt: Codable, Sendable, Hashable {
        package var erasureID: ErasureID
        /// How many things of which kind are gone or were made unreadable.
        package var erased: [String: Int]
        /// How many things a legal hold keeps; the erasure stays open while there are any.
        package var held: Int

        package init(erasureID: ErasureID, erased: [String: Int], held: Int = 0) {
            self.erasureID = erasureID
            self.erased = erased
            self.held = held
        }
    }
}
