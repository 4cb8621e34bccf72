package import FoundationEssentials
package import JSON

extension TenancyAPI {
    /// Who did what to what, when and from where.
    package struct AuditEntry: Codable, Sendable {
        /// Who acted.
        package struct Actor: Codable, Sendable {
            /// `user`, `api_key`, `service`, `operator` or `anonymous`.
            package var kind: String
            /// The user's or the key's id.
            package var id: UUID?
            /// The service's name.
            package var service: String?
            /// The super admin who acted as the user.
            package var impersonatorID: UserID?

            package init(kind: String, id: UUID?, service: String?, impersonatorID: UserID?) {
                self.kind = kind
                self.id = id
                self.service = service
                self.impersonatorID = impersonatorID
            }
        }

        package var id: AuditID
        package var occurredAt: Timestamp
        package var actor: Actor
        /// A word such as `user.signed_in`, never renamed.
        package var action: String
        /// `user/<id>` and the like.
        package var subject: String
        package var requestID: String?
        /// Null once it has been erased.
        package var clientAddress: String?
        package var before: JSONText?
        package var after: JSONText?

        package init(
            id: AuditID, occurredAt: Timestamp, actor: Actor, action: String, subject: String, requestID: String?,
            clientAddress: String?, before: JSONText?, after: JSONText?
        ) {
            self.id = id
            self.occurredAt = occurredAt
            self.actor = actor
            self.action = action
            self.subject = subject
            self.requestID = requestID
            self.clientAddress = clientAddress
            self.before = before
            self.after = after
        }
    }

    /// Whether a part of an audit log is as it was written: a page of its chain.
    package struct AuditVerification: Codable, Sendable {
        /// The first thing that does not fit.
        package struct Break: Codable, Sendable {
            package var seal: Int64?
            package var entry: Int64?
            package var auditID: AuditID?
            /// A word such as `details_changed` or `row_missing`.
            package var reason: String

            package init(seal: Int64?, entry: Int64?, auditID: AuditID?, reason: String) {
                self.seal = seal
                self.entry = entry
                self.auditID = auditID
                self.reason = reason
            }
        }

        package var isWhole: Bool
        /// How many seals were looked at, and how many entries under them.
        package var seals: Int
        package var entries: Int
        /// Entries whose details were erased with a person; they leave the chain whole.
        package var erasedEntries: Int
        /// Entries so new that they are not in the chain yet; told with the last page.
        package var unsealedEntries: Int
        package var firstBreak: Break?
        /// Where the next check goes on; null when this was the end.
        package var nextAfter: Int64?

        package init(
            isWhole: Bool, seals: Int, entries: Int, erasedEntries: Int, unsealedEntries: Int, firstBreak: Break?,
            nextAfter: Int64?
        ) {
            self.isWhole = isWhole
            self.seals = seals
            self.entries = entries
            self.erasedEntries = erasedEntries
            self.unsealedEntries = unsealedEntries
            self.firstBreak = firstBreak
            self.nextAfter = nextAfter
        }
    }
}
