import FoundationEssentials
import Models

/// What a list of entries can be narrowed by.
struct AuditFilter: Codable, Sendable {
    /// The word of what was done, such as `user.signed_in`.
    var action: String?
    /// What it was done to, such as `user/<id>`.
    var subject: String?
    /// Who did it: the id of a person or of a key.
    var actor: String?
    /// Which kind of actor: `user`, `api_key`, `service`, `operator` or `anonymous`.
    var actorKind: String?
    /// True for what super admins did in the place of somebody, false for what nobody else did.
    var impersonated: Bool?
    /// Instants; the second is excluded.
    var occurredAfter: Timestamp?
    var occurredBefore: Timestamp?
    /// Days in the tenant's time zone, both included.
    var fromDate: LocalDate?
    var toDate: LocalDate?
}
