import LifeCycle

extension [ExportedTable] {
    /// What a tenant gets of what its people put on calls.
    static let ofReading = [
        ExportedTable("call_labels"), ExportedTable("call_topics", of: .init("calls", by: "call_id")),
        ExportedTable("call_tags"), ExportedTable("tagged_calls", of: .init("calls", by: "call_id")),
        ExportedTable("call_figures"), ExportedTable("call_day_figures"), ExportedTable("call_week_figures"),
        ExportedTable("call_remarks", of: .init("calls", by: "call_id")),
        ExportedTable("call_remark_versions", of: .init("call_remarks", by: "remark_id")),
        ExportedTable("call_views"), ExportedTable("call_scorecards", of: .init("calls", by: "call_id")),
        ExportedTable("call_playlists"), ExportedTable("call_playlist_items", of: .init("calls", by: "call_id")),
        ExportedTable("call_exports"), ExportedTable("call_bulk_actions"),
        ExportedTable("call_bulk_items", of: .init("call_bulk_actions", by: "action_id")),
        ExportedTable("call_report_schedules"),
        ExportedTable("call_shares", omitting: ["digest", "password_hash"], of: .init("calls", by: "call_id")),
    ]
}
