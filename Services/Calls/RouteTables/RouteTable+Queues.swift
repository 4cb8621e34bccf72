import Models
import Web

extension RouteTable {
    /// How the processing goes.
    static func queues(_ queues: QueueRoutes) -> [Route] {
        [
            .get(
                "/api/v1/platform/queues", "list_queues", .platform(.platformOperate),
                "The processing queue of all tenants", queues.list)
        ]
    }
}
