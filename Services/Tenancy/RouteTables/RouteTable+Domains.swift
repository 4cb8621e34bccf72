import Models
import Web

extension RouteTable {
    /// A tenant's own domains.
    static func domains(_ domains: DomainRoutes) -> [Route] {
        [
            .post(
                "/api/v1/domains", "create_domain", .permission(.domainsWrite), "Claim a domain", domains.create,
                .idempotent, .dangerous, .failures([.domainTaken, .conflict, .featureDisabled])),
            .get(
                "/api/v1/domains", "list_domains", .permission(.settingsRead), "The tenant's domains, newest first",
                domains.list),
            .get("/api/v1/domains/{id}", "get_domain", .permission(.settingsRead), "One domain", domains.get),
            .post(
                "/api/v1/domains/{id}/verify", "verify_domain", .permission(.domainsWrite),
                "Ask the DNS now whether the domain is the tenant's", domains.verify, .dangerous,
                .failures([.domainTaken, .featureDisabled])),
            .delete(
                "/api/v1/domains/{id}", "delete_domain", .permission(.domainsWrite), "Give up a domain",
                domains.delete, .dangerous),
        ]
    }
}
