import FoundationEssentials
import JSON
import Models
import TestSupport

/// The documents in `docs/openapi`, one a service that has routes.
enum WrittenAPI {
    private static let folder = Checkout.file("docs/openapi")

    static func documents() throws -> [(name: String, document: JSONValue)] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted().map {
            let text = try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
            return ($0, try JSON.decode(JSONValue.self, from: Array(text.utf8)))
        }
    }

    /// Writes them anew from what the executables say of themselves; blocking.
    static func update(_ suite: SuiteUnderTest) throws {
        for service in ServiceName.services {
            let file = "\(suite.folder)/\(service.rawValue).openapi"
            try Program.run(
                "\(LaunchedService.folderOfTheBundle())/\(service.rawValue)", ["openapi"], log: file)
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            let document = try JSON.decode(JSONValue.self, from: Array(bytes))
            guard case .object(let paths) = document["paths"], !paths.isEmpty else { continue }
            let text = try indented(document) + "\n"
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(service.rawValue).json"))
        }
    }

    /// One member a line, so that a difference shows what has changed.
    private static func indented(_ value: JSONValue, _ depth: Int = 0) throws -> String {
        let (inner, outer) = (String(repeating: "  ", count: depth + 1), String(repeating: "  ", count: depth))
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = try members.map { member in
                "\(inner)\(try literal(.string(member.name))): \(try indented(member.value, depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            let lines = try elements.map { inner + (try indented($0, depth + 1)) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        default: return try literal(value)
        }
    }

    private static func literal(_ value: JSONValue) throws -> String {
        String(decoding: try JSON.encode(value), as: UTF8.self)
    }
}
