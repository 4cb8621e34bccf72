import Jobs
import Models
import Postgres

/// Goes on with a change of many tenants, or with taking it back.
struct BulkJob: Job {
    static let kind = "change_in_bulk"
    static let options = JobOptions(
        maxAttempts: 20, concurrency: 1, perTenant: 1, timeout: .seconds(3_600),
        backoff: JobBackoff(first: .seconds(1), longest: .seconds(60)))

    var bulkID: BulkID
    /// Who asked for it.
    var userID: UserID
}

/// Runs such changes; what a crash leaves half is gone on with, since each tenant says where it is.
struct BulkChanging: Sendable {
    private static let perRead: Int32 = 50

    let database: Database

    func run(_ job: BulkJob) async throws {
        let store = BulkStore(rows: database.tenant(.platform))
        guard let bulk = try await store.find(job.bulkID) else { return }
        let origin = Origin(actor: .user(job.userID, impersonator: nil))
        switch bulk.state {
        case .running:
            while case let items = try await store.next(.waiting, of: bulk.id, limit: Self.perRead), !items.isEmpty {
                for item in items { try await store.keep(try await make(item, bulk.change, origin), of: bulk.id) }
            }
            _ = try await store.move(bulk.id, from: .running, to: .done)
        case .undoing:
            while case let items = try await store.next(.done, of: bulk.id, limit: Self.perRead), !items.isEmpty {
                for item in items { try await store.keep(try await undo(item, origin), of: bulk.id) }
            }
            _ = try await store.move(bulk.id, from: .undoing, to: .undone)
        case .done, .undone: return
        }
    }

    private func make(
        _ item: TenancyAPI.BulkItem, _ change: TenancyAPI.BulkChange, _ origin: Origin
    ) async throws -> TenancyAPI.BulkItem {
        let life = BulkLifeStore(database: database)
        var item = item
        guard let (before, after, version) = try await life.look(at: item.tenantID, change) else {
            item.state = .failed
            return item
        }
        (item.before, item.after) = (before, after)
        guard before != after else {
            item.state = .unchanged
            return item
        }
        item.state = try await life.make(after, of: item.tenantID, version: version, origin: origin) ? .done : .failed
        return item
    }

    private func undo(_ item: TenancyAPI.BulkItem, _ origin: Origin) async throws -> TenancyAPI.BulkItem {
        let life = BulkLifeStore(database: database)
        var item = item
        item.state = .kept
        guard let before = item.before, let after = item.after,
            let (present, _, version) = try await life.look(at: item.tenantID, after), present == after,
            try await life.make(before, of: item.tenantID, version: version, origin: origin)
        else { return item }
        item.state = .undone
        return item
    }
}
