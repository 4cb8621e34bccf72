import IO
import Telemetry

/// Keeps the roll-ups a few seconds behind the calls.
///
/// Every copy of the service runs it; a tenant's buckets are counted by one at a time.
struct RollupService: Sendable {
    private static let pause = Duration.seconds(3)

    let loop: EventLoop
    let upkeep: Upkeep
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await loop.sleep(for: RollupService.pause)
                try await upkeep.recount()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("Roll-ups were not counted", [.error("error", error)])
            }
        }
    }
}
