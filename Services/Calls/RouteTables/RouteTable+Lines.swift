import Models
import Web

extension RouteTable {
    /// Whose extensions and numbers are.
    static func lines(_ lines: LineRoutes) -> [Route] {
        [
            .get(
                "/api/v1/lines", "list_lines", .permission(.settingsRead), "Extensions and numbers, and whose they are",
                lines.list),
            .get(
                "/api/v1/lines/unknown", "list_unknown_lines", .permission(.settingsRead),
                "Extensions and numbers that calls name and nobody was given", lines.unknown),
            .post(
                "/api/v1/lines", "create_line", .permission(.settingsWrite),
                "Say whose an extension or a number is; past calls follow", lines.create, .idempotent,
                .failures([.conflict]), .audited),
            .get("/api/v1/lines/{id}", "get_line", .permission(.settingsRead), "A line", lines.get),
            .patch(
                "/api/v1/lines/{id}", "update_line", .permission(.settingsWrite), "Change a line; past calls follow",
                lines.update, .failures([.conflict]), .audited),
            .delete(
                "/api/v1/lines/{id}", "delete_line", .permission(.settingsWrite),
                "Take a line away; its calls are nobody's again", lines.delete, .audited),
        ]
    }
}
