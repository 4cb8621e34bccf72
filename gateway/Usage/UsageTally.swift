import FoundationEssentials
import Models

/// What tenants have used since it was last written down.
///
/// Confined to its loop.
final class UsageTally: @unchecked Sendable {
    /// Requests and bytes of one tenant in one quarter of an hour.
    struct Count: Equatable, Sendable {
        var requests: Int64 = 0
        var receivedBytes: Int64 = 0
        var sentBytes: Int64 = 0

        var isEmpty: Bool { self == Count() }
    }

    private var counts: [TenantID: Count] = [:]
    /// The one that was counted last: requests of one tenant come in rows.
    private var last: (tenant: TenantID, count: Count)?

    /// Counts a request that a tenant's own people or programs have sent.
    func add(_ tenant: TenantID, received: Int64, sent: Int64, requests: Int64 = 1) {
        if last?.tenant != tenant {
            putBack()
            last = (tenant, counts[tenant] ?? Count())
        }
        last?.count.requests += requests
        last?.count.receivedBytes += received
        last?.count.sentBytes += sent
    }

    /// Takes out what has gathered.
    func take() -> [TenantID: Count] {
        putBack()
        last = nil
        defer { counts = [:] }
        return counts
    }

    /// Gives back what could not be written down.
    func restore(_ taken: [TenantID: Count]) {
        for (tenant, count) in taken {
            add(tenant, received: count.receivedBytes, sent: count.sentBytes, requests: count.requests)
        }
    }

    private func putBack() {
        guard let last else { return }
        counts[last.tenant] = last.count
    }
}
