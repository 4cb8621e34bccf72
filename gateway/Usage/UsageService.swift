import Clients
import HTTP
import IO
import Models
import Telemetry

/// Writes down what tenants use, and hands it to billing bucket by bucket.
///
/// A gateway that is killed loses the counts of its last ten seconds, in the tenant's favour. Billing may get a bucket more than once
/// and keeps the last: each is told as a whole. Confined to its loop.
final class UsageService: @unchecked Sendable {
    private static let interval = Duration.seconds(10)
    private static let handoverInterval = Duration.seconds(60)
    private static let handoverSize = 500

    let tally: UsageTally
    private let store: UsageStore
    private let billing: ServiceClient
    private let loop: EventLoop
    private let logger: Logger

    init(tally: UsageTally, store: UsageStore, billing: ServiceClient, loop: EventLoop, logger: Logger) {
        self.tally = tally
        self.store = store
        self.billing = billing
        self.loop = loop
        self.logger = logger
    }

    /// Writes this loop's counts down until cancelled, and the last ones then.
    func run() async {
        while !Task.isCancelled {
            do { try await loop.sleep(for: Self.interval) } catch { break }
            await write()
        }
        await loop.spawn { await self.write() }.value
    }

    /// Hands buckets over until cancelled; one loop of a gateway does it, and two gateways at once do no harm.
    func handOver() async {
        while !Task.isCancelled {
            do { try await loop.sleep(for: Self.handoverInterval) } catch { return }
            do {
                try await handOver(at: .now())
                try await store.forgetOld()
            } catch is CancellationError {
                return
            } catch {
                // The buckets stay, and the next round tells of them.
                logger.warning("Usage was not handed to billing", [.error("error", error)])
            }
        }
    }

    func write() async {
        let taken = tally.take()
        guard !taken.isEmpty else { return }
        do {
            try await store.add(taken, at: .now())
        } catch {
            tally.restore(taken)
            logger.warning("Usage was not written down", [.error("error", error)])
        }
    }

    /// Hands over every bucket that is over.
    func handOver(at now: Timestamp) async throws {
        while true {
            let due = try await store.due(at: now, limit: Self.handoverSize)
            for bucket in due {
                let usage = InternalAPI.Usage(
                    bucketAt: bucket.at, requests: bucket.requests, receivedBytes: bucket.receivedBytes,
                    sentBytes: bucket.sentBytes)
                try await billing.send(.put, "/internal/usage", usage, scope: .init(tenant: bucket.tenant))
                try await store.noteHandedOver(bucket)
            }
            guard due.count == Self.handoverSize else { return }
        }
    }
}
