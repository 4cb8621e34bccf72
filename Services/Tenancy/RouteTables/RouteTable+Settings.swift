import Models
import Web

extension RouteTable {
    /// What the platform, a tenant and a person have set.
    static func settings(_ settings: SettingsRoutes) -> [Route] {
        [
            .get(
                "/api/v1/settings/schema", "get_settings_schema", .signedIn, "What can be set, by whom and within what",
                settings.schema),
            .get(
                "/api/v1/settings", "get_settings", .permission(.settingsRead),
                "The tenant's settings and where each value comes from", settings.get),
            .patch(
                "/api/v1/settings", "update_settings", .permission(.settingsWrite),
                "Set what is given; null goes back to what is inherited", settings.update),
            .get(
                "/api/v1/settings/own", "get_own_settings", .user,
                "The person's own settings and where each value comes from", settings.getOwn),
            .patch(
                "/api/v1/settings/own", "update_own_settings", .user,
                "Set what is given for oneself; null goes back to what is inherited", settings.updateOwn,
                .notWhileImpersonating),
            .get(
                "/api/v1/platform/settings", "get_platform_settings", .platform(.settingsRead),
                "What holds for all tenants that have set nothing", settings.get),
            .patch(
                "/api/v1/platform/settings", "update_platform_settings", .platform(.settingsWrite),
                "Set what holds for all tenants that have set nothing; null goes back to the default", settings.update),
        ]
    }
}
