import LifeCycle

extension [ExportedTable] {
    /// What a tenant gets of what its people put on calls.
    static let ofReading = [
        ExportedTable("call_labels"), ExportedTable("call_topics", of: .init("calls", by: "call_id")),
        ExportedTable("call_tags"), ExportedTable("tagged_calls", of: .init("calls", by: "call_id")),
        ExportedTable("call_figures"), ExportedTable("call_day_figures"),
    ]
}
