/// Rules on files as a whole.
enum FileRules {
    /// Long files are two files.
    ///
    /// Written-out tables and generated documents are no sources.
    static func length(_ file: SourceFile) -> [Offence] {
        let isScript = file.path.hasPrefix("scripts/") && !file.path.hasSuffix(".json")
        guard file.isSwift || isScript else { return [] }
        let limit = file.isTest ? 800 : 500
        let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        return count > limit
            ? [Offence(path: file.path, line: limit + 1, reason: "\(count) lines, and \(limit) are the limit")] : []
    }

    /// What keeps a folder that has nothing yet goes with the first real file.
    static func placeholders(_ files: [SourceFile]) -> [Offence] {
        files.filter { $0.name == "Placeholder.swift" || $0.name == "0000_placeholder.sql" }.filter { placeholder in
            let folder = placeholder.path.dropLast(placeholder.name.count)
            let kind = placeholder.isSwift ? ".swift" : ".sql"
            return files.contains {
                $0.path.hasPrefix(folder) && $0.path.hasSuffix(kind) && $0.path != placeholder.path
            }
        }.map { Offence(path: $0.path, line: 1, reason: "the folder has real files: remove it") }
    }

    /// In pieces, or this file would be its own first offence.
    private static let places = [
        ["/wor", "k/"], ["/tmp/", "wt"], ["/User", "s/"], ["/root", "/"], ["pypi", ".org"], ["files.python", "hosted"],
        ["proxy.", "golang"],
    ].map { $0.joined() }

    /// A path of somebody's machine, or a registry's host, means nothing elsewhere.
    static func machinePaths(_ file: SourceFile) -> [Offence] {
        file.lines.enumerated().flatMap { index, line in
            places.filter { place in
                line.ranges(of: place).contains { range in
                    // The piece may well end a longer path that is ours.
                    guard range.lowerBound > line.startIndex, place.hasPrefix("/") else { return true }
                    let before = line[line.index(before: range.lowerBound)]
                    return !before.isLetter && !before.isNumber && !"/.-_~*}".contains(before)
                }
            }.map { Offence(path: file.path, line: index + 1, reason: "\($0): this is about one machine") }
        }
    }

    /// A library that the package links is installed by `make setup` too.
    static func packages(manifest: SourceFile, list: SourceFile) -> [Offence] {
        let listed = Set(list.lines)
        return manifest.lines.enumerated().compactMap { index, line in
            guard let start = line.ranges(of: "apt: \"").first?.upperBound else { return nil }
            let package = line[start...].prefix { $0 != "\"" }
            return listed.contains(package)
                ? nil : Offence(path: manifest.path, line: index + 1, reason: "\(package) is not in \(list.path)")
        }
    }
}
