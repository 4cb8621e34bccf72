/// A file of the checkout, with its path from the root.
struct SourceFile: Sendable {
    let path: String
    let text: String
    private let code: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
        code = path.hasSuffix(".swift") ? SwiftCode.code(of: text) : text
    }

    /// The last part of the path.
    var name: Substring { path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }

    /// The name without what follows its first dot or plus sign: `Call` of `Call+Search.swift`.
    var stem: Substring { name.prefix { $0 != "." && $0 != "+" } }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") }
    var isBenchmark: Bool { path.hasPrefix("Benchmarks/") }
    var isService: Bool { path.hasPrefix("Services/") }

    /// The lines as they stand.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The lines with comments and the insides of strings blanked, so that a search finds code alone.
    var codeLines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The target that the file belongs to, by its folder; nil for tests, support and what is no source.
    var target: String? {
        let parts = path.split(separator: "/")
        guard isSwift, parts.count >= 2 else { return nil }
        switch parts[0] {
        case "gateway": return "Gateway"
        case "Shared" where parts[1] != "C", "Services": return String(parts[1])
        default: return nil
        }
    }
}

/// A place where a rule is broken, in the form that editors and terminals open.
struct Offence: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let reason: String

    var description: String { "\(path):\(line): \(reason)" }
}
