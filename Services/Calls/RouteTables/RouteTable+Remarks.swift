import Models
import Web

extension RouteTable {
    /// What people say of calls, and how they see them again.
    static func remarks(
        notes: RemarkRoutes, comments: RemarkRoutes, views: ViewRoutes, cards: ScorecardRoutes,
        playlists: PlaylistRoutes, shares: ShareRoutes
    ) -> [Route] {
        RouteTable.remarks(notes, comments) + RouteTable.views(views) + RouteTable.playlists(playlists, cards)
            + RouteTable.shares(shares)
    }

    private static let seeing = RouteGuard.permission(.callsReadAll, or: .callsReadOwn)

    private static func remarks(_ notes: RemarkRoutes, _ comments: RemarkRoutes) -> [Route] {
        let (note, comment) = ("/api/v1/calls/{id}/notes", "/api/v1/calls/{id}/comments")
        return [
            .get(note, "list_call_notes", seeing, "Notes on a call", notes.list),
            .post(
                note, "create_call_note", .permission(.callsWrite), "Write a note on a call", notes.createNote,
                .idempotent, .failures([.conflict])),
            .patch(
                note + "/{remark_id}", "update_call_note", .permission(.callsWrite), "Word one's note anew",
                notes.update),
            .delete(
                note + "/{remark_id}", "delete_call_note", .permission(.callsWrite), "Remove one's note", notes.delete),
            .get(
                note + "/{remark_id}/versions", "list_note_versions", seeing, "What a note said before", notes.versions),
            .get(comment, "list_call_comments", seeing, "Comments at seconds of a call", comments.list),
            .post(
                comment, "create_call_comment", .permission(.callsWrite), "Comment at a second of a call",
                comments.createComment, .idempotent, .failures([.conflict])),
            .patch(
                comment + "/{remark_id}", "update_call_comment", .permission(.callsWrite), "Word one's comment anew",
                comments.update),
            .delete(
                comment + "/{remark_id}", "delete_call_comment", .permission(.callsWrite), "Remove one's comment",
                comments.delete),
            .get(
                comment + "/{remark_id}/versions", "list_comment_versions", seeing, "What a comment said before",
                comments.versions),
        ]
    }

    private static func views(_ views: ViewRoutes) -> [Route] {
        let path = "/api/v1/calls/views"
        return [
            .get(path, "list_call_views", .user, "One's own saved views and those that are shared", views.list),
            .post(path, "create_call_view", .user, "Save a view", views.create, .idempotent, .failures([.conflict])),
            .get(path + "/{id}", "get_call_view", .user, "One saved view", views.get),
            .patch(path + "/{id}", "update_call_view", .user, "Change a saved view", views.update),
            .delete(path + "/{id}", "delete_call_view", .user, "Remove a saved view", views.delete),
        ]
    }

    private static func playlists(_ playlists: PlaylistRoutes, _ cards: ScorecardRoutes) -> [Route] {
        let path = "/api/v1/calls/playlists"
        return [
            .get(path, "list_playlists", .user, "One's own playlists and those that are shared", playlists.list),
            .post(
                path, "create_playlist", .user, "Make a playlist", playlists.create, .idempotent, .failures([.conflict])
            ),
            .get(path + "/{id}", "get_playlist", .user, "One playlist", playlists.get),
            .patch(path + "/{id}", "update_playlist", .user, "Change a playlist or its order", playlists.update),
            .delete(path + "/{id}", "delete_playlist", .user, "Remove a playlist", playlists.delete),
            .post(
                path + "/{id}/items", "add_playlist_item", .user, "Add a call, or a part of it", playlists.add,
                .failures([.conflict])),
            .get(
                "/api/v1/calls/{id}/scorecards", "list_scorecards", seeing,
                "What people made of a call, beside the analysis", cards.list),
            .put("/api/v1/calls/{id}/scorecard", "put_scorecard", .user, "Score a call", cards.put),
            .delete("/api/v1/calls/{id}/scorecard", "delete_scorecard", .user, "Take one's score back", cards.delete),
        ]
    }

    private static func shares(_ shares: ShareRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/shares", "list_shares", .permission(.recordingsDownload),
                "Links to parts of a call", shares.list),
            .post(
                "/api/v1/calls/{id}/shares", "create_share", .permission(.recordingsDownload),
                "Make a link to a part of a call", shares.create, .failures([.conflict]), .notWhileImpersonating,
                .audited),
            .delete(
                "/api/v1/calls/{id}/shares/{share_id}", "revoke_share", .permission(.recordingsDownload),
                "End a link", shares.revoke, .audited),
            .post(
                "/api/v1/calls/shared/{token}", "open_share", .public, "What a link shows", shares.open,
                .failures([.notFound, .forbidden])),
            .get(
                "/api/v1/calls/shared/{token}/audio", "play_share", .public,
                "The sound of a link that was opened, whole or by ranges", shares.listen, .contentTypes(["audio/*"]),
                .failures([.notFound, .forbidden, .rangeNotSatisfiable])),
        ]
    }

    /// Many calls at once: actions, files, the queue.
    static func many(_ bulk: BulkRoutes, _ exports: CallExportRoutes, _ queue: ProcessingQueueRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/bulk", "list_bulk_actions", .permission(.callsReadAll),
                "Actions upon many calls, newest first", bulk.list),
            .post(
                "/api/v1/calls/bulk", "create_bulk_action", .permission(.callsWrite),
                "Do something to many calls at once",
                bulk.create, .idempotent, .audited),
            .get(
                "/api/v1/calls/bulk/{id}", "get_bulk_action", .permission(.callsWrite), "How far an action is", bulk.get
            ),
            .post(
                "/api/v1/calls/bulk/{id}/undo", "undo_bulk_action", .permission(.callsWrite), "Undo an action as one",
                bulk.undo, .failures([.conflict]), .audited),
            .get(
                "/api/v1/calls/export", "export_calls", .permission(.callsExport), "A list of calls as CSV",
                exports.csv,
                .contentTypes(["text/csv"])),
            .get(
                "/api/v1/calls/{id}/csv", "export_call", .permission(.callsExport),
                "What was said in a call and found in it, line by line, as CSV", exports.lines,
                .contentTypes(["text/csv"])),
            .get(
                "/api/v1/calls/exports", "list_call_exports", .permission(.auditRead),
                "Who took calls out, and how many", exports.list),
            .get(
                "/api/v1/calls/queue", "list_queued_calls", seeing, "Calls on their way through the pipeline",
                queue.list),
            .get(
                "/api/v1/calls/queue/counts", "get_processing_queue", seeing, "How many calls stand where", queue.counts
            ),
            .post(
                "/api/v1/calls/queue/retry", "retry_failed_calls", .permission(.callsWrite),
                "Start what has failed again", queue.retry),
            .get(
                "/api/v1/platform/queues/throughput", "get_throughput", .platform(.platformOperate),
                "How the processing of all tenants keeps up", queue.throughput),
        ]
    }

    /// What is made for paper and for the mail.
    static func papers(_ papers: CallPaperRoutes, _ reports: ReportScheduleRoutes) -> [Route] {
        let path = "/api/v1/analytics/reports"
        return [
            .get(
                "/api/v1/calls/{id}/pdf", "print_call", .permission(.callsExport), "A call as PDF", papers.call,
                .contentTypes(["application/pdf"])),
            .get(
                "/api/v1/calls/export/pdf", "print_calls", .permission(.callsExport), "A list of calls as PDF",
                papers.list, .contentTypes(["application/pdf"])),
            .get(path, "list_report_schedules", .permission(.callsReadAll), "Reports that are mailed", reports.list),
            .post(
                path, "create_report_schedule", .permission(.settingsWrite), "Have a report mailed again and again",
                reports.create, .idempotent, .failures([.conflict]), .audited),
            .get(path + "/{id}", "get_report_schedule", .permission(.callsReadAll), "One report", reports.get),
            .put(
                path + "/{id}", "replace_report_schedule", .permission(.settingsWrite), "Change a report",
                reports.replace, .audited),
            .delete(
                path + "/{id}", "delete_report_schedule", .permission(.settingsWrite), "Mail a report no more",
                reports.delete, .audited),
        ]
    }
}
