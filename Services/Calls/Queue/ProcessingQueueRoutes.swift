import BlobStore
import Models
import Postgres
import Web

/// Where calls stand in the pipeline, over HTTP: a tenant's own, and the platform's figures.
struct ProcessingQueueRoutes: Sendable {
    private static let mostRetried = 1_000

    let database: Database
    let blobs: any BlobStore

    struct StageQuery: Codable, Sendable {
        var stage: [ProcessingStage]?
    }

    enum Order: String, SortKey {
        case since

        static var standard: Sort<Order> { .ascending(.since) }
    }

    private var store: ProcessingQueueStore { ProcessingQueueStore(database: database) }

    func list(
        _ context: RequestContext, _ query: Query<StageQuery>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.QueuedCall>> {
        let after = paging.after.flatMap { cursor in cursor.timestamp.map { ($0, CallID(cursor.id)) } }
        let found = try await store.list(
            query.value.stage, after: after, limit: paging.fetchLimit, offset: paging.offset, reach: context.reach,
            in: context.tenant)
        let counts = try await store.counts(reach: context.reach, in: context.tenant)
        let total = counts.stages.filter { query.value.stage?.contains($0.stage) ?? true }.reduce(0) { $0 + $1.calls }
        return OK(
            paging.page(
                found, total: total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.since), $0.callID) }
            ) { $0 })
    }

    func counts(_ context: RequestContext) async throws -> OK<CallsAPI.ProcessingQueue> {
        OK(try await store.counts(reach: context.reach, in: context.tenant))
    }

    /// Starts what has failed again, up to a thousand calls at a time.
    func retry(_ context: RequestContext) async throws -> OK<CallsAPI.Retried> {
        let failed = try await store.failed(limit: Self.mostRetried, reach: context.reach, in: context.tenant)
        var count = 0
        for call in failed {
            do {
                _ = try await RetryStore(database: database).retry(call, reach: context.reach, in: context.tenant)
                count += 1
            } catch let error as Failure where error.code == .conflict || error.code == .notFound {
                // Somebody else was there first.
                continue
            }
        }
        return OK(CallsAPI.Retried(calls: count))
    }

    func throughput(_ context: RequestContext) async throws -> OK<CallsAPI.Throughput> {
        var figures = try await store.throughput()
        if let folder = blobs as? FileBlobStore {
            let free = try await folder.freeBytes()
            figures.freeBytes = free
            if figures.recordingBytesPerDay > 0 {
                figures.daysLeft = Double(free) / Double(figures.recordingBytesPerDay)
            }
        }
        return OK(figures)
    }
}
