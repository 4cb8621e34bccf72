import LifeCycle

extension [ExportedTable] {
    /// What a tenant gets of what its people put on calls.
    static let ofReading = [
        "call_labels", "call_topics", "call_tags", "tagged_calls", "call_figures",
        "call_day_figures",
    ].map { ExportedTable($0) }
}
