import LifeCycle

extension [ExportedTable] {
    /// What a tenant gets of what its people put on calls.
    static let ofReading = [
        "call_dispositions", "call_labels", "call_topics", "call_tags", "tagged_calls",
    ].map { ExportedTable($0) }
}
