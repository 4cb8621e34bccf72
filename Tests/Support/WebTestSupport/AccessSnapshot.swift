import FoundationEssentials

/// The file that says who gets which answer, where a change of it shows in review.
package enum AccessSnapshot {
    /// Whether `docs/access/<service>.txt` says the same; `UPDATE_SNAPSHOTS=1` writes it anew.
    package static func isCurrent(_ text: String, of service: String) throws -> Bool {
        let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/\($1)" }
        let path = "\(root)/docs/access/\(service).txt"
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        return try String(contentsOfFile: path, encoding: .utf8) == text
    }
}
