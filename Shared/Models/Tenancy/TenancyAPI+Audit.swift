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
}
