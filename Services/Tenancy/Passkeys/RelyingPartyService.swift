import Models
import Postgres
import ServiceKit
import Web

/// Knows which of a tenant's hosts a request came to.
struct RelyingPartyService: Sendable {
    let database: Database
    let baseURL: WebAddress

    /// A domain that the tenant has verified, else its subdomain.
    func site(of context: RequestContext) async throws -> RelyingParty {
        let rows = context.database(database)
        guard let tenant = try await TenantStore(rows: rows).find(context.tenant) else { throw Failure(.notFound) }
        let own = "\(tenant.subdomain).\(baseURL.host)"
        let asked = String(context.host.lowercased().prefix { $0 != ":" })
        if asked != own, try await DomainStore(rows: rows).isVerified(asked, in: tenant.id) {
            return RelyingParty(host: asked, base: baseURL, name: tenant.name)
        }
        return RelyingParty(host: own, base: baseURL, name: tenant.name)
    }
}
