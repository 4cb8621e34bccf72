import JSON

/// What else of a provider's report is worth keeping, as the object that becomes a call's metadata.
struct ReportNotes: Sendable {
    private static let longestText = 500

    private var members: [JSONValue.Member] = []

    /// Keeps a text under a name that has none yet; empty ones are left out.
    mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty, !members.contains(where: { $0.name == name }) else { return }
        members.append(.init(name, .string(String(value.prefix(Self.longestText)))))
    }

    /// Keeps that something is so.
    mutating func add(_ name: String, if isSo: Bool) {
        if isSo { members.append(.init(name, true)) }
    }

    /// Nil when there is nothing.
    var text: JSONText? {
        get throws { members.isEmpty ? nil : try JSONText(encoding: JSONValue.object(members)) }
    }
}
