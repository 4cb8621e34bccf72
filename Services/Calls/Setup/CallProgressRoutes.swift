import Models
import Postgres
import Web

/// What tenancy asks about a tenant's calls, for its wizard and for super admins: ids, stages and numbers, no words of anybody.
struct CallProgressRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext) async throws -> OK<InternalAPI.CallProgress> {
        OK(try await CallProgressStore(database: database).read(in: context.tenant))
    }

    func usage(_ context: RequestContext) async throws -> OK<InternalAPI.CallUsage> {
        OK(try await CallUsageStore(rows: context.database(database)).read(in: context.tenant))
    }

    /// Where a page begins.
    struct FiguresQuery: Codable, Sendable {
        var after: TenantID?
    }

    /// What super admins compare tenants by; of all tenants, so to tenancy alone.
    func figures(
        _ context: RequestContext, _ query: Query<FiguresQuery>
    ) async throws -> OK<InternalAPI.TenantFiguresPage> {
        let found = try await TenantFigureStore(database: database).read(after: query.value.after)
        return OK(
            InternalAPI.TenantFiguresPage(
                data: found, next: found.count < TenantFigureStore.page ? nil : found.last?.tenantID))
    }
}
