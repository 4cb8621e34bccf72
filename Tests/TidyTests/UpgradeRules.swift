/// A migration runs before the new release does, while the previous one still serves.
///
/// So it may add and not take away: what the previous release reads stays, and what it writes is still accepted. What nobody
/// uses any more goes one release later, in a migration with a line `-- Safe for the previous release: why`.
enum UpgradeRules {
    static let permit = "-- Safe for the previous release: "

    static func lossless(_ file: SourceFile) -> [Offence] {
        guard MigrationRules.service(of: file) != nil, !file.text.contains(permit) else { return [] }
        let statements = MigrationRules.statements(in: file.text)
        let made = Set(MigrationRules.tables(in: file.text).map(\.name))
        return statements.compactMap { statement in
            breakage(statement.words, made).map {
                Offence(path: file.path, line: statement.line, reason: "the previous release may still need it: \($0)")
            }
        }
    }

    /// What a statement takes away from the previous release; nil for nothing.
    private static func breakage(_ words: [String], _ made: Set<String>) -> String? {
        if words.first == "drop", let kind = words.dropFirst().first,
            ["table", "view", "function", "schema", "type"].contains(kind)
        {
            return "DROP \(kind.uppercased())"
        }
        guard words.starts(with: ["alter", "table"]) else { return nil }
        let rest = Array(words.dropFirst(2).drop { ["only", "if", "exists"].contains($0) })
        guard let table = rest.first, !made.contains(table) else { return nil }
        let text = " \(rest.joined(separator: " ")) "
        if let found = lost.first(where: { text.contains(" \($0) ") }) { return found.uppercased() }
        if text.contains(" add column "), text.contains(" not null "), !text.contains(" default ") {
            return "a column that it does not fill"
        }
        return text.contains(" add constraint ") && !text.contains(" not valid ")
            ? "a constraint that it may break" : nil
    }

    private static let lost = ["drop column", "rename", "set not null", "drop default", "type", "set data type"]
}
