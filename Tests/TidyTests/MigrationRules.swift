/// The walls between tenants, as the migrations build them.
enum MigrationRules {
    /// The tables without row-level security.
    ///
    /// They hold ids and no personal data, and a worker reads them across tenants;
    /// payloads stand in tables with it.
    static let withoutWall: Set<String> = [
        "jobs", "job_schedules", "job_leases", "leases", "outbox_sequences", "outbox_events",
        "outbox_deliveries", "event_receipts", "receipts",
        "inbox", "inbox_lanes", "schema_migrations", "signing_keys", "changes", "disabled_features", "plans",
        "platform_settings",
        "call_rollup_marks",
        "usage_buckets", "mails", "contact_keys",
        "limit_buckets", "limit_holdings", "limit_holders", "tombstones", "audit_unsealed",
    ]

    /// The number that a migration's name begins with, and the service that it belongs to.
    static func service(of file: SourceFile) -> Substring? {
        guard file.path.hasSuffix(".sql"), let range = file.path.ranges(of: "/Migrations/").first else { return nil }
        return file.path[..<range.lowerBound]
    }

    /// `0001_...` onwards, each number once.
    static func numbering(_ files: [SourceFile]) -> [Offence] {
        let all = files.filter { service(of: $0) != nil && $0.name != "0000_placeholder.sql" }
        return Dictionary(grouping: all) { service(of: $0) ?? "" }.values.flatMap { migrations in
            migrations.sorted { $0.path < $1.path }.enumerated().compactMap { index, file in
                let digits = file.name.prefix { $0.isNumber }
                let rest = file.name.dropFirst(digits.count)
                guard digits.count == 4, Int(digits) == index + 1, rest.hasPrefix("_") else {
                    return Offence(
                        path: file.path, line: 1,
                        reason: "this is migration \(index + 1) of its service: four digits, no gap")
                }
                return nil
            }
        }
    }

    /// The first line says why.
    static func reason(_ file: SourceFile) -> [Offence] {
        guard service(of: file) != nil, !(file.lines.first ?? "").hasPrefix("-- ") else { return [] }
        return [Offence(path: file.path, line: 1, reason: "the first line is a comment that says why")]
    }

    /// A migration that is embedded and not listed would never run.
    static func listed(_ files: [SourceFile]) -> [Offence] {
        files.filter { service(of: $0) != nil && $0.name != "0000_placeholder.sql" }.filter { migration in
            // SwiftPM names the embedded bytes after the file, its first digit replaced by an underscore.
            let name = "_\(migration.name.dropFirst().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined())"
            let folder = service(of: migration) ?? ""
            return !files.contains { $0.isSwift && $0.path.hasPrefix("\(folder)/") && $0.text.contains(name) }
        }.map { Offence(path: $0.path, line: 1, reason: "no Migrations.swift of the service lists it") }
    }

    /// Every table belongs to tenants, by its key and by a policy that holds its owner too.
    static func walls(_ files: [SourceFile]) -> [Offence] {
        let all = files.filter { service(of: $0) != nil }
        return Dictionary(grouping: all) { service(of: $0) ?? "" }.values.flatMap { migrations in
            let altering = migrations.flatMap { statements(in: $0.text) }.map(\.words)
            return migrations.flatMap { file in
                tables(in: file.text).filter { !withoutWall.contains($0.name) }.flatMap { table in
                    missing(from: table, altering).map {
                        Offence(path: file.path, line: table.line, reason: "the table \(table.name) has no \($0)")
                    }
                }
            }
        }
    }

    private static func missing(from table: Table, _ statements: [[String]]) -> [String] {
        var missing: [String] = []
        if !table.tenantIsFirst { missing.append("tenant_id first in its primary key") }
        func alters(_ action: [String]) -> Bool {
            statements.contains { words in
                words.starts(with: ["alter", "table"]) && words.dropFirst(2).prefix(3).contains(table.name)
                    && words.joined(separator: " ").contains(action.joined(separator: " "))
            }
        }
        if !alters(["enable", "row", "level", "security"]) { missing.append("ENABLE ROW LEVEL SECURITY") }
        if !alters(["force", "row", "level", "security"]) { missing.append("FORCE ROW LEVEL SECURITY") }
        let hasPolicy = statements.contains { words in
            words.starts(with: ["create", "policy"]) && words.count > 4 && words[3] == "on" && words[4] == table.name
        }
        if !hasPolicy { missing.append("policy") }
        return missing
    }

    struct Table {
        let name: String
        let line: Int
        let tenantIsFirst: Bool
    }

    static func tables(in text: String) -> [Table] {
        statements(in: text).compactMap { statement in
            var words = statement.words[...]
            guard words.starts(with: ["create", "table"]) else { return nil }
            words = words.dropFirst(2)
            if words.starts(with: ["if", "not", "exists"]) { words = words.dropFirst(3) }
            guard let name = words.first else { return nil }
            let joined = words.joined(separator: " ")
            let first = joined.contains("primary key ( tenant_id")
            // A table of one row a tenant, or the tenants themselves, of which the platform is one.
            let alone = statement.columns.contains {
                $0.first == "tenant_id" && $0.joined(separator: " ").contains("primary key")
            }
            return Table(name: name, line: statement.line, tenantIsFirst: first || alone)
        }
    }

    struct Statement {
        let line: Int
        /// Lower-case words; brackets, commas and the rest of the signs are words of their own.
        let words: [String]

        /// The parts between the commas of the outermost brackets.
        var columns: [[String]] {
            guard let open = words.firstIndex(of: "(") else { return [] }
            var depth = 0
            var columns: [[String]] = [[]]
            for word in words[open...] {
                if word == ")" { depth -= 1 }
                if depth == 1, word == "," {
                    columns.append([])
                } else if depth >= 1 {
                    columns[columns.count - 1].append(word)
                }
                if word == "(" { depth += 1 }
                if depth == 0 { break }
            }
            return columns
        }
    }

    /// The statements, without comments and the insides of strings.
    ///
    /// Bodies of functions come out in pieces, which does no harm here.
    static func statements(in text: String) -> [Statement] {
        var found: [Statement] = []
        var words: [String] = []
        var start = 1
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let code = withoutStrings(line.ranges(of: "--").first.map { line[..<$0.lowerBound] } ?? line)
            var word = ""
            func finish() {
                if !word.isEmpty {
                    if words.isEmpty { start = index + 1 }
                    words.append(word.lowercased())
                    word = ""
                }
            }
            for letter in code {
                if letter.isLetter || letter.isNumber || letter == "_" {
                    word.append(letter)
                    continue
                }
                finish()
                if letter == ";" {
                    if !words.isEmpty { found.append(Statement(line: start, words: words)) }
                    words = []
                } else if letter == "(" || letter == ")" || letter == "," {
                    words.append(String(letter))
                }
            }
            finish()
        }
        if !words.isEmpty { found.append(Statement(line: start, words: words)) }
        return found
    }

    private static func withoutStrings(_ line: Substring) -> String {
        var isInside = false
        return String(
            line.map { letter -> Character in
                if letter == "'" { isInside.toggle() }
                return isInside ? " " : letter == "'" ? " " : letter
            })
    }
}
