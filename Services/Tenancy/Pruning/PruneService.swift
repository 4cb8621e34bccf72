import IO
import Postgres
import Telemetry

/// Prunes once an hour; in several processes at once it does no harm.
struct PruneService: Sendable {
    private static let interval = Duration.seconds(3600)

    let database: Database
    let loop: EventLoop
    let logger: Logger

    func run() async {
        while !Task.isCancelled {
            // Not all processes at once, and none while the suite is starting.
            do { try await loop.sleep(for: Self.interval * Double.random(in: 0.5...1)) } catch { return }
            do {
                let count = try await PruneStore(rows: database).prune() + PeopleBinStore(database: database).empty()
                logger.info("Expired rows were removed", [.int("count", count)])
            } catch {
                logger.warning("Expired rows were not removed", [.error("error", error)])
            }
        }
    }
}
