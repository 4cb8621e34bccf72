package import Models

/// What is special about a route.
package enum RouteOption: Sendable, Hashable {
    /// Takes `Idempotency-Key`.
    case idempotent
    /// Stays open to a suspended tenant.
    case allowedWhenSuspended
    /// Refused with 503 while the change feed is older than a minute: deletion, keys, payment, impersonation.
    case dangerous
    /// Refused while a super admin acts as a user: outbound contact, payment, key creation.
    case notWhileImpersonating
    /// The largest body in bytes, in place of 1 MiB.
    case bodyLimit(Int)
    /// The media types of a raw body or a raw answer; `audio/*` stands for all of a kind.
    case contentTypes([String])
    /// The Authorization field is another party's, such as a provider's, and says nothing of who calls.
    case foreignCredential
    /// Not in the OpenAPI document.
    case hidden
    /// What else the route can answer, for the document.
    case failures([ErrorCode])
    /// What it changes is noted in the audit log, by triggers of the service's database.
    case audited
    /// An internal route about no tenant in particular.
    case withoutTenant
}
