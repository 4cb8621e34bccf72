import Crypto
import Events
import Jobs
import JSON
import Models
import Postgres

/// The life of an erasure: each step is one transaction with its event, its change and its audit row.
struct ErasureLifeStore {
    let database: TenantDatabase
    /// Nil where nothing is asked for, as when routes are only described.
    let secrets: SecretBox?

    private var owner: TenantID { database.tenant }

    /// Begins to erase: the services are asked by an event, the gateway by the feed, and tenancy by a job of its own.
    ///
    /// Nil when the tenant is being erased already.
    func begin(
        _ kind: ErasureKind, of tenant: TenantID, _ target: ErasureTarget, by user: UserID?,
        as id: ErasureID = .make(), origin: Origin
    ) async throws -> Erasure? {
        let sealed = try box.seal(JSON.encode(target), at: place(id))
        return try await database.transaction { rows in
            let store = ErasureRequestStore(rows: rows, owner: owner)
            guard let erasure = try await store.create(id, kind, of: tenant, by: user, sealed: sealed) else {
                return nil
            }
            try await AuditStore(rows: rows).append(origin.entry(.erasureRequested, "erasure/\(id)"), in: owner)
            try await ask(erasure, rows)
            return erasure
        }
    }

    /// Asks again those who have not answered, or held something back.
    func repeatAsking(_ id: ErasureID) async throws {
        try await database.transaction { rows in
            let store = ErasureRequestStore(rows: rows, owner: owner)
            guard let erasure = try await store.lock(id) else { return }
            try await store.noteAsked(id)
            try await ask(erasure, rows)
        }
    }

    private func ask(_ erasure: Erasure, _ rows: Transaction) async throws {
        if erasure.isOwnTurn { try await JobQueue(rows).enqueue(EraseOwnJob(erasureID: erasure.id), about: erasure.id) }
        try await Outbox.publish(
            .erasureRequested, subject: "erasure/\(erasure.id)", data: InternalAPI.ErasureEvent(erasureID: erasure.id),
            in: rows)
        try await ChangeStore.append(
            .erasure, key: erasure.id.jsonText, value: erasure.change, tenant: owner, in: rows)
    }

    /// Keeps what a service has answered; once all have, the erasure is over, and with it what it was about.
    static func take(
        _ receipt: InternalAPI.ErasureReceipt, from service: ServiceName, in rows: Transaction
    ) async throws {
        guard let owner = rows.tenant else { throw Failure(.internal) }
        let store = ErasureRequestStore(rows: rows, owner: owner)
        // An answer that comes after the end changes nothing.
        guard let erasure = try await store.lock(receipt.erasureID) else { return }
        let before = erasure.receipts.first { $0.service == service }?.erased ?? [:]
        try await store.keep(
            TenancyAPI.ErasureReceipt(
                service: service, receivedAt: .now(), erased: before.merging(receipt.erased, uniquingKeysWith: +),
                held: receipt.held), of: erasure.id)
        guard let now = try await store.find(erasure.id) else { return }
        if now.missing.isEmpty {
            try await finish(now, store, rows)
        } else if erasure.kind == .tenant, service != .tenancy, now.isOwnTurn {
            try await JobQueue(rows).enqueue(EraseOwnJob(erasureID: erasure.id), about: erasure.id)
        }
    }

    private static func finish(_ erasure: Erasure, _ store: ErasureRequestStore, _ rows: Transaction) async throws {
        try await store.finish(erasure.id)
        let figures = Dictionary(erasure.receipts.map { ($0.service.rawValue, $0.erased) }) { first, _ in first }
        let subject = erasure.kind == .tenant ? "tenant/\(erasure.erasedTenant)" : "erasure/\(erasure.id)"
        try await AuditStore(rows: rows).append(
            Origin(actor: .service(.tenancy)).entry(
                erasure.kind == .tenant ? .tenantErased : .erasureDone, subject, after: try JSONText(encoding: figures)),
            in: erasure.owner)
        try await ChangeStore.appendGone(.erasure, key: erasure.id.jsonText, tenant: erasure.owner, in: rows)
    }

    /// What an open erasure is about; nil once it is over.
    func find(_ id: ErasureID) async throws -> (erasure: Erasure, target: ErasureTarget)? {
        let store = ErasureRequestStore(rows: database, owner: owner)
        guard let erasure = try await store.find(id), erasure.finishedAt == nil,
            let sealed = try await store.target(of: id)
        else { return nil }
        let target = try JSON.decode(ErasureTarget.self, from: box.open(sealed, at: place(id)))
        return (erasure, target)
    }

    private var box: SecretBox {
        get throws(Failure) {
            guard let secrets else { throw Failure(.internal) }
            return secrets
        }
    }

    private func place(_ id: ErasureID) -> SecretPlace {
        SecretPlace(tenant: owner.description, table: "erasure_targets", column: "sealed", row: id.description)
    }
}
