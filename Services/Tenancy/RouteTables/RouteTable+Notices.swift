import Models
import Web

extension RouteTable {
    /// What the platform tells everybody.
    static func notices(_ notices: NoticeRoutes) -> [Route] {
        [
            .get(
                "/api/v1/settings/notices", "list_notices", .signedIn,
                "What the platform tells everybody, such as a time of maintenance", notices.list),
            .post(
                "/api/v1/platform/settings/notices", "create_notice", .platform(.settingsWrite),
                "Tell everybody something, from a day before its time until it is over", notices.create, .idempotent,
                .failures([.conflict])),
            .get(
                "/api/v1/platform/settings/notices", "list_platform_notices", .platform(.settingsRead),
                "All notices that are not over, the next first", notices.listAll),
            .delete(
                "/api/v1/platform/settings/notices/{id}", "remove_notice", .platform(.settingsWrite),
                "Take a notice back", notices.remove),
        ]
    }
}
