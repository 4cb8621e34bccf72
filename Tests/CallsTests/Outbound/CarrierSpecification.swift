import Foundation
import TestSupport

@testable import Calls

/// The operations of one carrier by its own specification: what may be sent, and what comes back.
final class CarrierSpecification: Sendable {
    /// An operation of the API, with what its path and its schemas are written in.
    struct Operation {
        let document: SchemaDocument
        let description: [String: Any]
        let method: String
    }

    private static let folder = ProviderFolder.path + "/"

    static let twilio = CarrierSpecification([(folder + "twilio/api_v2010.openapi.json", "")])
    static let signalwire = CarrierSpecification([
        (folder + "signalwire/compatibility.openapi.json", "/api/laml/2010-04-01"),
        (folder + "signalwire/rest.openapi.json", ""),
    ])

    static func of(_ provider: CarrierProvider) -> CarrierSpecification? { provider == .twilio ? twilio : signalwire }

    static func json(_ file: String) -> [String: Any]? { SchemaDocument(path: folder + file)?.root }

    private let documents: [(document: SchemaDocument, prefix: String)]

    private init?(_ files: [(path: String, prefix: String)]) {
        var documents: [(document: SchemaDocument, prefix: String)] = []
        for file in files {
            guard let document = SchemaDocument(path: file.path) else { return nil }
            documents.append((document, file.prefix))
        }
        self.documents = documents
    }

    func operation(_ method: String, _ path: String) -> Operation? {
        for (document, prefix) in documents where path.hasPrefix(prefix) {
            let segments = path.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
            for (template, value) in document.root["paths"] as? [String: Any] ?? [:] {
                let pattern = template.split(separator: "/", omittingEmptySubsequences: false)
                guard pattern.count == segments.count, zip(pattern, segments).allSatisfy(Self.fits),
                    let description = (value as? [String: Any])?[method.lowercased()] as? [String: Any]
                else { continue }
                return Operation(document: document, description: description, method: method)
            }
        }
        return nil
    }

    /// `{Sid}.json` fits `CA1.json`, and nothing that lacks the suffix.
    private static func fits(_ pattern: Substring, _ segment: Substring) -> Bool {
        guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}") else {
            return pattern == segment
        }
        let (before, after) = (pattern[..<open], pattern[pattern.index(after: close)...])
        return segment.count > before.count + after.count && segment.hasPrefix(before) && segment.hasSuffix(after)
            && (!after.isEmpty || !segment.hasSuffix(".json"))
    }
}

extension CarrierSpecification.Operation {
    /// What is wrong with a query: names that the operation does not have.
    func faults(query: FormFields) -> [String] {
        let known = (description["parameters"] as? [[String: Any]] ?? []).compactMap { resolve($0)["name"] as? String }
        return query.fields.map(\.name).filter { !known.contains($0) }.map { "query/\($0): unknown" }
    }

    /// What is wrong with a form, after its text was read as what the schema says.
    func faults(form: FormFields) -> [String] {
        guard let schema = body("application/x-www-form-urlencoded") else { return ["the operation takes no form"] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        var value: [String: Any] = [:]
        for (name, fields) in Dictionary(grouping: form.fields, by: \.name) {
            let property = resolve(properties[name] ?? [:])
            if types(property).contains("array") {
                value[name] = fields.map(\.value)
            } else if fields.count > 1 {
                return ["\(name): more than once"]
            } else {
                value[name] = coerce(fields[0].value, types(property))
            }
        }
        return check(value, schema)
    }

    func faults(json: Any) -> [String] {
        guard let schema = body("application/json") else { return ["the operation takes no JSON"] }
        return check(json, schema)
    }

    /// An answer of the operation with some values, and what is wrong with them.
    func answer(_ values: [String: Any]) -> (status: Int, value: [String: Any], faults: [String]) {
        let responses = description["responses"] as? [String: [String: Any]] ?? [:]
        guard let status = responses.keys.compactMap(Int.init).filter({ (200..<300).contains($0) }).max(),
            let content = resolve(responses["\(status)"] ?? [:])["content"] as? [String: [String: Any]],
            let schema = content["application/json"]?["schema"] as? [String: Any]
        else { return (204, [:], []) }
        let resolved = resolve(schema)
        var value: [String: Any] = [:]
        for name in resolved["required"] as? [String] ?? [] {
            value[name] = instance((resolved["properties"] as? [String: [String: Any]])?[name] ?? [:])
        }
        value.merge(values) { $1 }
        return (status, value, check(value, resolved))
    }

    private func body(_ type: String) -> [String: Any]? {
        let content = (description["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
        return (content?[type]?["schema"] as? [String: Any]).map(resolve)
    }

    private func resolve(_ schema: [String: Any]) -> [String: Any] { document.resolve(schema) }

    private func types(_ schema: [String: Any]) -> [String] { SchemaDocument.types(of: schema) }

    private func check(_ value: Any, _ schema: [String: Any]) -> [String] {
        document.faults(value, in: schema, isStrict: true)
    }

    private func coerce(_ text: String, _ types: [String]) -> Any {
        if types.contains("integer"), let number = Int(text) { return number }
        if types.contains("number"), let number = Double(text) { return number }
        if types.contains("boolean"), text == "true" || text == "false" { return text == "true" }
        return text
    }

    private func instance(_ unresolved: [String: Any]) -> Any {
        let schema = resolve(unresolved)
        if let options = (schema["anyOf"] ?? schema["oneOf"]) as? [[String: Any]] {
            if options.contains(where: { $0["type"] as? String == "null" }) { return NSNull() }
            return options.first.map(instance) ?? NSNull()
        }
        if let all = schema["allOf"] as? [[String: Any]], let first = all.first { return instance(first) }
        if let value = (schema["enum"] as? [Any])?.first ?? schema["const"] { return value }
        let kinds = types(schema)
        if kinds.contains("null") { return NSNull() }
        switch kinds.first {
        case "integer", "number": return schema["minimum"] ?? 0
        case "boolean": return false
        case "array": return [Any]()
        case "object":
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            return (schema["required"] as? [String] ?? []).reduce(into: [String: Any]()) { value, name in
                value[name] = instance(properties[name] ?? [:])
            }
        default: return schema["format"] as? String == "uuid" ? UUID().uuidString.lowercased() : "text"
        }
    }
}
