import Models
import Web

extension RouteTable {
    /// How the processing goes.
    static func queues(_ queues: QueueRoutes, _ dead: DeadJobRoutes) -> [Route] {
        [
            .get(
                "/api/v1/platform/queues", "list_queues", .platform(.platformOperate),
                "The processing queue of all tenants", queues.list),
            .get(
                "/api/v1/calls/queue/dead", "list_dead_jobs", .permission(.settingsRead),
                "Work that was given up, and why", dead.list),
            .post(
                "/api/v1/calls/queue/dead/{id}/retry", "retry_dead_job", .permission(.settingsWrite),
                "Have it tried once more", dead.retry, .failures([.conflict])),
            .delete(
                "/api/v1/calls/queue/dead/{id}", "discard_dead_job", .permission(.settingsWrite),
                "Forget work that was given up", dead.discard),
        ]
    }
}
