import Models

/// A person or a tenant that is to be erased everywhere.
struct Erasure: Sendable {
    var id: ErasureID
    /// In whose log it stands: the platform's for a tenant.
    var owner: TenantID
    var kind: ErasureKind
    var erasedTenant: TenantID
    var requestedBy: UserID?
    var requestedAt: Timestamp
    var finishedAt: Timestamp?
    var receipts: [TenancyAPI.ErasureReceipt] = []

    /// How long a service is waited for before it is asked again.
    static let patience = Duration.seconds(3_600)

    /// Everybody with rows or files of tenants.
    static let services = ServiceName.allCases

    /// The services that have yet to say that nothing is left.
    var missing: [ServiceName] {
        let done = Set(receipts.filter { $0.held == 0 }.map(\.service))
        return finishedAt == nil ? Self.services.filter { !done.contains($0) } : []
    }

    var state: ErasureState {
        guard finishedAt == nil else { return .finished }
        let held = Set(receipts.filter { $0.held > 0 }.map(\.service))
        let waiting = missing.filter { !held.contains($0) && !(kind == .tenant && $0 == .tenancy) }
        return waiting.isEmpty && !held.isEmpty ? .held : .open
    }

    /// Whether tenancy's own rows go now: those of a tenant go when nobody else needs to know it any more.
    var isOwnTurn: Bool { kind == .person || missing == [.tenancy] }

    /// What the feed tells of it.
    var change: ChangeFeedAPI.ErasureValue { ChangeFeedAPI.ErasureValue(tenantID: erasedTenant, kind: kind) }

    var wire: TenancyAPI.Erasure {
        TenancyAPI.Erasure(
            id: id, kind: kind, state: state, tenantID: erasedTenant, requestedAt: requestedAt,
            requestedBy: requestedBy, finishedAt: finishedAt, receipts: receipts, missing: missing)
    }
}
