import Models

/// What is on record about somebody when it is asked whether they may be contacted.
struct ContactFacts: Sendable {
    /// One type of consent and where it stands.
    struct Consent: Sendable {
        var id: ConsentID
        var type: String
        var state: ConsentState
        /// For a tenant's own type: what it is about; empty for the built-in ones.
        var channels: [String]
        var purposes: [String]
    }

    var policy: EffectivePolicy
    var consents: [Consent]
    var doNotCall: DoNotCallReason?
    var platformDoNotCall: DoNotCallReason?
    /// When the subject was contacted on this channel in the last seven days, oldest first.
    var attempts: [Timestamp]
}

/// How much has gone out lately, for the caps of a tenant.
struct ContactLoad: Sendable {
    var userMinute = 0
    var userDay = 0
    var tenantMinute = 0
    var tenantDay = 0
    /// In millionths of the currency's unit.
    var userSpend: Int64 = 0
    var tenantSpend: Int64 = 0
    /// When the tenant's day ends.
    var dayEndsAt: Timestamp
}
