/// Constructs that are not written here, and those that need their reason beside them.
enum ConstructRules {
    private static let everywhere: [(text: String, reason: String)] = [
        ("Task.detached", "work runs on a loop: loop.spawn"),
        ("Task.sleep", "wait on a signal, or loop.sleep"),
        ("Thread.sleep", "wait on a signal, or loop.sleep"),
        ("@MainActor", "there is no main actor in a service"),
        ("try!", "say what happens when it throws"),
        ("as!", "say what happens when it is something else"),
        ("fatalError(", "throw, or precondition for what a programmer broke"),
    ]
    /// `if let a = try? b()` takes another way when it fails: nothing is dropped.
    private static let branches = ["if let ", "if var ", "guard let ", "guard var ", "if case ", "guard case "]
    private static let outsideTests: [(text: String, reason: String)] = [
        ("Task {", "work runs on a loop: loop.spawn"),
        ("Task{", "work runs on a loop: loop.spawn"),
        ("print(", "log with the Logger"),
    ]
    /// These are sound only for a reason, which is written on the line or above it.
    private static let reasoned = [
        "@unchecked Sendable", "nonisolated(unsafe)", "Unmanaged.passRetained", "Unmanaged.passUnretained",
    ]

    static func banned(_ file: SourceFile) -> [Offence] {
        guard file.isSwift, file.path != "Package.swift" else { return [] }
        // The answers of the subcommands are printed: `config`, `migrate --pending`.
        let prints = file.isTest || file.isBenchmark || file.path.hasPrefix("Shared/ServiceKit/")
        let rules = everywhere + (prints ? [] : outsideTests)
        return file.codeLines.enumerated().flatMap { index, line in
            rules.filter { holds($0.text, line) }.map {
                Offence(path: file.path, line: index + 1, reason: "\($0.text): \($0.reason)")
            }
        }
    }

    static func unfinished(_ file: SourceFile) -> [Offence] {
        guard file.isSwift || file.path.hasSuffix(".sql") || file.path.hasPrefix("scripts/") else { return [] }
        // In two parts, or this file would be its own first offence.
        let words = ["FIX" + "ME", "TO" + "DO", "XX" + "X"]
        return file.lines.enumerated().flatMap { index, line in
            words.filter { holds($0, line) && !line.contains("X\($0)") && !line.contains("\($0)X") }.map {
                Offence(path: file.path, line: index + 1, reason: "\($0): decide it now, or leave it out")
            }
        }
    }

    /// A failure that is dropped is dropped for a reason.
    static func droppedFailures(_ file: SourceFile) -> [Offence] {
        guard file.isSwift, !file.isTest, !file.isBenchmark else { return [] }
        let lines = file.lines
        return withoutComment(file, ["try?"]).filter { found in
            !branches.contains { lines[found.line - 1].contains($0) }
        }.map {
            Offence(path: file.path, line: $0.line, reason: "try? drops a failure: say why on the line or above it")
        }
    }

    static func unsafeWithoutReason(_ file: SourceFile) -> [Offence] {
        guard file.isSwift, !file.isTest, !file.isBenchmark else { return [] }
        return withoutComment(file, reasoned).map {
            Offence(path: file.path, line: $0.line, reason: "\($0.text): say why it is sound on the line or above it")
        }
    }

    /// The environment is read by the configuration, once, and by nothing else.
    static func environment(_ file: SourceFile) -> [Offence] {
        guard file.isSwift, !file.isTest, !file.isBenchmark, file.path != "Package.swift",
            !file.name.hasSuffix("Configuration.swift"), !file.path.hasPrefix("Shared/ServiceKit/")
        else { return [] }
        return file.codeLines.enumerated().flatMap { index, line in
            ["getenv", "setenv", "ProcessInfo", "environ"].filter { holds($0, line) }.map {
                Offence(
                    path: file.path, line: index + 1, reason: "\($0): only *Configuration.swift reads the environment")
            }
        }
    }

    private static func withoutComment(_ file: SourceFile, _ texts: [String]) -> [(line: Int, text: String)] {
        let lines = file.lines
        return file.codeLines.enumerated().flatMap { index, line in
            texts.filter { text in
                // What takes back what the failed call did not keep.
                holds(text, line) && !line.contains(".passUnretained(self).release()") && !isExplained(lines, index)
            }.map { (index + 1, $0) }
        }
    }

    /// A comment on the line, or one that ends above the statement or declaration that the line belongs to.
    private static func isExplained(_ lines: [Substring], _ index: Int) -> Bool {
        if lines[index].contains("//") { return true }
        for above in lines[..<index].reversed().prefix(6) {
            let text = above.drop { $0 == " " }
            if text.hasPrefix("//") { return true }
            if text.isEmpty { return false }
        }
        return false
    }

    /// Whether the text stands there as a word of its own.
    private static func holds(_ text: String, _ line: Substring) -> Bool {
        guard line.contains(text) else { return false }
        func isWord(_ letter: Character?) -> Bool { letter.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }
        return line.ranges(of: text).contains { range in
            let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : nil
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : nil
            return !(isWord(text.first) && (isWord(before) || before == ".")) && !(isWord(text.last) && isWord(after))
        }
    }
}
