/// What a file of a service may hold is told by the end of its name.
enum FolderRules {
    /// These speak SQL.
    private static let sqlSuffixes = ["Store", "Migrations"]
    /// These speak HTTP.
    private static let httpSuffixes = ["Routes", "RouteTable", "Service", "Main", "Process"] + edgeSuffixes
    /// These speak to a provider.
    private static let edgeSuffixes = [
        "Client", "Connection", "Transcriber", "Analyzer", "Provider", "Provider+Standard", "Carrier",
    ]
    /// These put the parts together, or act by them, and so may name a store.
    private static let storeSuffixes = sqlSuffixes + httpSuffixes + ["Job", "Events", "Configuration", "Command"]

    private static func ends(_ file: SourceFile, with suffixes: [String]) -> Bool {
        suffixes.contains { file.stem.hasSuffix($0) }
    }

    /// SQL stands in stores and migrations, so that the tenant's place in every statement can be read in one place.
    static func sqlInStores(_ file: SourceFile) -> [Offence] {
        guard file.isService, file.isSwift, !ends(file, with: sqlSuffixes) else { return [] }
        return SwiftCode.strings(in: file.text).filter { isSQL($0.text) }.map {
            Offence(path: file.path, line: $0.line, reason: "SQL stands in *Store.swift and Migrations only")
        }
    }

    private static func isSQL(_ text: String) -> Bool {
        let words = text.split { $0 == " " || $0 == "\n" || $0 == "\"" || $0 == "(" || $0 == "`" }
        let pairs: [[Substring]] = [
            ["INSERT", "INTO"], ["DELETE", "FROM"], ["CREATE", "TABLE"], ["ALTER", "TABLE"],
        ]
        guard let first = words.first else { return false }
        let upper = words.filter { $0 == "SELECT" || $0 == "FROM" || $0 == "UPDATE" || $0 == "SET" || $0 == "WITH" }
        return pairs.contains { pair in words.starts(with: pair) }
            || (first == "SELECT" || first == "WITH" || first == "UPDATE") && (upper.count > 1 || words.count > 2)
    }

    /// Rules and stores know nothing of HTTP.
    static func httpInRoutes(_ file: SourceFile) -> [Offence] {
        guard file.isService, file.isSwift, !ends(file, with: httpSuffixes + ["Job", "Configuration"]) else {
            return []
        }
        return ImportRules.imports(in: file).filter { ["Web", "HTTP", "HTTPClient"].contains($0.module) }.map {
            Offence(
                path: file.path, line: $0.line,
                reason:
                    "\($0.module) is imported by *Routes.swift, *Service.swift, *Client.swift and RouteTable.swift only"
            )
        }
    }

    /// A rules file decides on values; whoever calls it reads and writes them.
    static func rulesWithoutStores(_ file: SourceFile) -> [Offence] {
        guard file.isService, file.isSwift, !ends(file, with: storeSuffixes) else { return [] }
        var found = file.codeLines.enumerated().compactMap { index, line -> Offence? in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            guard
                let store = words.first(where: {
                    $0.hasSuffix("Store") && $0.first?.isUppercase == true && $0 != "BlobStore"
                })
            else { return nil }
            return Offence(path: file.path, line: index + 1, reason: "a rules file names no store (\(store))")
        }
        found += ImportRules.imports(in: file).filter { $0.module == "Postgres" && !file.name.hasSuffix("+Row.swift") }
            .map {
                Offence(
                    path: file.path, line: $0.line,
                    reason: "a rules file does not import Postgres; what a row holds is read in *+Row.swift")
            }
        return found
    }
}
