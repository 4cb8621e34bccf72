import FoundationEssentials
import IO
import Models
import Postgres
import Telemetry

@testable import Gateway

extension DoorLimits {
    /// Limits of a gateway that has never reached its database.
    static func withoutDatabase(on loop: EventLoop, _ logger: Logger) -> DoorLimits {
        let nowhere = Database(
            loop: loop, configuration: PostgresConfiguration(url: Secret("")), logger: logger, metrics: Metrics())
        let leases = LeaseLoop(
            loop: loop, store: LimitStore(database: nowhere, process: UUID()), loops: 1, logger: logger)
        return DoorLimits(loop: loop, leases: leases, addresses: AddressLimits(), metrics: Metrics())
    }
}
