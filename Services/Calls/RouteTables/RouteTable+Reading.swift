import Models
import Web

extension RouteTable {
    /// What people put on calls and find beside them.
    static func reading(_ lists: CallListRoutes, _ tags: TagRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/related", "list_related_calls", .permission(.callsReadAll, or: .callsReadOwn),
                "Calls with the same other end, before and after", lists.related),
            .get(
                "/api/v1/calls/{id}/transcript/hits", "list_transcript_hits",
                .permission(.callsReadAll, or: .callsReadOwn), "Where words are said in a call", lists.hits),
            .get(
                "/api/v1/calls/tags", "list_tags", .permission(.callsReadAll, or: .callsReadOwn), "All tags, by name",
                tags.list),
            .post(
                "/api/v1/calls/tags", "create_tag", .permission(.callsWrite), "Make a tag", tags.create, .idempotent,
                .failures([.conflict]), .audited),
            .patch(
                "/api/v1/calls/tags/{id}", "update_tag", .permission(.settingsWrite), "Rename or colour a tag",
                tags.update, .failures([.conflict]), .audited),
            .delete(
                "/api/v1/calls/tags/{id}", "delete_tag", .permission(.settingsWrite), "Remove a tag from all calls",
                tags.delete, .audited),
            .put(
                "/api/v1/calls/{id}/tags", "set_call_tags", .permission(.callsWrite), "Give a call these tags",
                tags.set),
        ]
    }
}
