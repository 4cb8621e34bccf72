import FoundationEssentials

/// The files of this checkout, read once.
enum Checkout {
    /// The folder that holds Package.swift.
    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// What is built, fetched or kept at run time.
    private static let skipped: Set<String> = [".git", ".build", ".data", ".swiftpm", "__pycache__", "node_modules"]

    /// Every text file, in the order of the paths.
    static let files: [SourceFile] = read(folder: "").sorted { $0.path < $1.path }

    /// The Swift files among them.
    static let swift: [SourceFile] = files.filter(\.isSwift)

    private static func read(folder: String) -> [SourceFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
        var found: [SourceFile] = []
        for name in names where !skipped.contains(name) && !name.hasPrefix(".build-") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            var isFolder = false
            guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else { continue }
            if isFolder {
                found += read(folder: path)
            } else if let bytes = FileManager.default.contents(atPath: "\(root)/\(path)"), !bytes.contains(0),
                let text = String(validating: Array(bytes), as: UTF8.self)
            {
                found.append(SourceFile(path: path, text: text))
            }
        }
        return found
    }
}
