import Clients
import Jobs
import Models
import Postgres

/// Asks `calls` what tenants have of trouble and cost, so that they can be sorted by it.
struct GatherFiguresJob: Job {
    static let kind = "gather_tenant_figures"
    static let options = JobOptions(maxAttempts: 3, concurrency: 1, perTenant: 1, timeout: .seconds(300))

    /// Reads all that there is; tenants that are not told of have nothing any more.
    ///
    /// While `calls` is away, what was gathered last stays.
    static func run(_ database: Database, _ calls: ServiceClient, now: Timestamp = .now()) async throws {
        let store = TenantFigureStore(rows: database.tenant(.platform))
        let scope = ServiceClient.Scope(tenant: nil, deadline: .seconds(60))
        var target = "/internal/tenant-figures"
        while true {
            let page = try await calls.get(target, as: InternalAPI.TenantFiguresPage.self, scope: scope)
            if !page.data.isEmpty { try await store.put(page.data, at: now) }
            guard let next = page.next else { break }
            target = "/internal/tenant-figures?after=\(next)"
        }
        try await store.end(before: now)
    }
}
