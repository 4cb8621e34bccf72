import Auth
import Crypto
import Events
import JSON
import Models
import Postgres
import Web

/// Erasing people: for a tenant's administrators in their own rows, for super admins in the platform's.
struct ErasureRoutes: Sendable {
    let database: Database
    let secrets: SecretBox?

    enum Order: String, SortKey {
        case requestedAt = "requested_at"

        static var standard: Sort<Order> { .descending(.requestedAt) }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateErasure>
    ) async throws -> Created<TenancyAPI.Erasure> {
        let target = try ErasureTarget(
            email: body.value.email, phoneNumber: body.value.phoneNumber, context)
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let people = try await PersonErasureStore.accounts(target.emails, in: context.tenant, rows)
        guard try await PersonErasureStore.wouldRemain(without: people, in: context.tenant, rows) else {
            throw Failure(.conflict, "The last active owner stays: hand the account over first.")
        }
        let erasure = try await life(context).begin(
            .person, of: context.tenant, target, by: try context.user.userID, origin: try context.origin())
        guard let erasure else { throw Failure(.conflict) }
        let area = context.tenant == .platform ? "platform/erasures" : "erasures"
        return Created(erasure.wire, at: "/api/v1/\(area)/\(erasure.id)")
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.Erasure>> {
        let store = ErasureRequestStore(rows: context.database(database), owner: context.tenant)
        let found = try await store.list(RowPage(paging))
        let total = try await store.count(bound: 10_001)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.requestedAt), $0.id) }
            ) { $0.wire })
    }

    func get(_ context: RequestContext, _ path: PathID<ErasureID>) async throws -> OK<TenancyAPI.Erasure> {
        let store = ErasureRequestStore(rows: context.database(database), owner: context.tenant)
        guard let erasure = try await store.find(path.id) else { throw Failure(.notFound) }
        return OK(erasure.wire)
    }

    // For other services.

    /// What is to be erased; only while it is.
    func target(_ context: RequestContext, _ path: PathID<ErasureID>) async throws -> OK<InternalAPI.Erasure> {
        guard let (erasure, target) = try await life(context).find(path.id) else { throw Failure(.notFound) }
        return OK(target.erasure(erasure))
    }

    /// What a service without events has erased.
    func takeReceipt(
        _ context: RequestContext, _ path: PathID<ErasureID>, _ body: Body<InternalAPI.ErasureReceipt>
    ) async throws -> NoContent {
        guard body.value.erasureID == path.id, let service = context.internalCaller else { throw Failure(.badRequest) }
        try await context.database(database).transaction { rows in
            try await ErasureLifeStore.take(body.value, from: service, in: rows)
        }
        return NoContent()
    }

    /// What services with events have erased, what was taken out of them, what was changed in them, and which
    /// letters did not arrive.
    var events: Route {
        EventReceiver.route(
            database,
            telling: { envelope, service, rows in
                switch envelope.type {
                case .erasureDone:
                    let receipt = try envelope.data.decode(InternalAPI.ErasureReceipt.self)
                    try await ErasureLifeStore.take(receipt, from: service, in: rows)
                case .dataTaken:
                    let taking = try envelope.data.decode(InternalAPI.Taking.self)
                    try await TakingStore(rows: rows).keep(taking, in: envelope.tenantID)
                case .deedDone:
                    try await DeedStore(rows: rows).keep(envelope)
                case .mailUndelivered:
                    let mail = try envelope.data.decode(InternalAPI.UndeliveredMail.self)
                    try await InvitationStore(rows: rows).noteUndelivered(mail.mailID, mail.code, in: envelope.tenantID)
                default: break
                }
            })
    }

    private func life(_ context: RequestContext) -> ErasureLifeStore {
        ErasureLifeStore(database: context.database(database), secrets: secrets)
    }
}
