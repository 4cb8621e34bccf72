import Crypto
import Models
import Postgres
import ServiceKit
import Web

/// A tenant's own domains: claimed, shown to be theirs by a TXT record, and given up.
struct DomainRoutes: Sendable {
    let database: Database
    let records: TextRecordClient
    let mail: MailQueue
    let baseURL: WebAddress

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateDomain>
    ) async throws -> Created<TenancyAPI.Domain> {
        try await checkFeature(context)
        let name = body.value.name
        guard !name.isWithin(baseURL.host) else {
            throw Failure.invalid("/name", "not_allowed", "the platform's own domain and what lies below it")
        }
        let challenge = Base64.url.encode(SecureRandom.bytes(24))
        let domain = try await life(context).add(
            name, challenge: challenge, origin: try context.origin(), in: context.tenant)
        return Created(try await wire(domain, context), at: "/api/v1/domains/\(domain.id)")
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.Domain>> {
        let store = DomainStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), in: context.tenant)
        let total = try await store.count(in: context.tenant)
        let target = try await target(context)
        return OK(
            paging.page(
                found, total: total, totalIsExact: true, position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0.wire(target: target) })
    }

    func get(_ context: RequestContext, _ path: PathID<DomainID>) async throws -> OK<TenancyAPI.Domain> {
        OK(try await wire(try await find(path.id, context), context))
    }

    /// Asks the DNS now; what it says stands in the answer.
    func verify(_ context: RequestContext, _ path: PathID<DomainID>) async throws -> OK<TenancyAPI.Domain> {
        try await checkFeature(context)
        let domain = try await find(path.id, context)
        let finding = try await records.texts(of: domain.recordName)
        let noted = try await life(context).note(
            finding, of: domain.id, origin: try context.origin(), in: context.tenant)
        guard let noted else { throw Failure(.notFound) }
        guard noted.fault != .taken else { throw Failure(.domainTaken) }
        return OK(try await wire(noted, context))
    }

    func delete(_ context: RequestContext, _ path: PathID<DomainID>) async throws -> NoContent {
        let isRemoved = try await life(context).remove(path.id, origin: try context.origin(), in: context.tenant)
        guard isRemoved else { throw Failure(.notFound) }
        return NoContent()
    }

    /// What the gateway says of its certificates.
    func putCertificate(
        _ context: RequestContext, _ body: Body<InternalAPI.DomainCertificate>
    ) async throws -> NoContent {
        let certificate = body.value
        guard certificate.tenantID == context.tenant else {
            throw Failure(.forbidden, "The tenant of the request is another one.")
        }
        // One that has gone meanwhile is no fault of the gateway's.
        try await DomainStore(rows: context.database(database)).note(
            certificateOf: certificate.name, until: certificate.expiresAt, in: context.tenant)
        return NoContent()
    }

    /// What is verified stays when a plan without the feature follows, so that no link breaks by it.
    private func checkFeature(_ context: RequestContext) async throws {
        let entitlements = try await TenantStore(rows: context.database(database)).entitlements(of: context.tenant)
        guard entitlements?.features.contains(.customDomain) == true else { throw Failure(.featureDisabled) }
    }

    private func life(_ context: RequestContext) -> DomainLifeStore {
        DomainLifeStore(database: context.database(database), mail: mail)
    }

    private func find(_ id: DomainID, _ context: RequestContext) async throws -> Domain {
        guard let found = try await DomainStore(rows: context.database(database)).find(id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return found
    }

    private func wire(_ domain: Domain, _ context: RequestContext) async throws -> TenancyAPI.Domain {
        domain.wire(target: try await target(context))
    }

    /// The tenant's own host, which a domain's CNAME leads to.
    private func target(_ context: RequestContext) async throws -> String {
        guard let tenant = try await TenantStore(rows: context.database(database)).find(context.tenant) else {
            throw Failure(.notFound)
        }
        return baseURL.below(tenant.subdomain).host
    }
}

extension Domain {
    func wire(target: String) -> TenancyAPI.Domain {
        TenancyAPI.Domain(
            id: id, name: name, state: state,
            record: TenancyAPI.DomainRecord(type: "TXT", name: recordName, value: recordValue), target: target,
            createdAt: createdAt, verifiedAt: verifiedAt, checkedAt: checkedAt, fault: fault, lapsesAt: lapsesAt,
            certificateExpiresAt: certificateExpiresAt)
    }
}
