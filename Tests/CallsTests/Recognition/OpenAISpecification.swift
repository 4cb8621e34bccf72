import Foundation

/// The provider's own specification, against which the fake endpoint holds what it gets and what it gives.
///
/// It lies outside of the repository: `SWITCHBOARD_SHARED` names the folder, by default `../shared` of the checkout.
final class OpenAISpecification: Sendable {
    static let shared: OpenAISpecification? = {
        let folder =
            ProcessInfo.processInfo.environment["SWITCHBOARD_SHARED"] ?? LocalRecogniser.checkout + "/../shared"
        return OpenAISpecification(path: folder + "/providers/openai/openai.openapi.json")
    }()

    // Read once and never changed; Foundation's dictionaries of JSON carry no mark of being Sendable.
    nonisolated(unsafe) private let document: [String: Any]

    private init?(path: String) {
        guard let data = FileManager.default.contents(atPath: path),
            let document = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        else { return nil }
        self.document = document
    }

    /// What is wrong with a value by the named schema; with `isStrict`, keys that it does not name are wrong too.
    func faults(_ value: Any, in schema: String, isStrict: Bool = false) -> [String] {
        check(value, ["$ref": "#/components/schemas/\(schema)"], "", isStrict: isStrict)
    }

    private func resolve(_ schema: [String: Any]) -> [String: Any] {
        guard let reference = schema["$ref"] as? String else { return schema }
        var place: Any = document
        for part in reference.dropFirst(2).split(separator: "/") {
            place = (place as? [String: Any])?[String(part)] ?? [String: Any]()
        }
        return resolve(place as? [String: Any] ?? [:])
    }

    private func check(_ value: Any, _ unresolved: [String: Any], _ path: String, isStrict: Bool) -> [String] {
        let schema = resolve(unresolved)
        if value is NSNull, schema["nullable"] as? Bool == true { return [] }
        var faults: [String] = []
        if let options = (schema["anyOf"] ?? schema["oneOf"]) as? [[String: Any]] {
            let results = options.map { check(value, $0, path, isStrict: isStrict) }
            if !results.contains([]) { faults += results.min { $0.count < $1.count } ?? [] }
        }
        if let all = schema["allOf"] as? [[String: Any]] {
            faults += all.flatMap { check(value, $0, path, isStrict: false) }
            if isStrict, let object = value as? [String: Any] {
                faults += object.keys.filter { !names(of: schema).contains($0) }.map { "\(path)/\($0): unknown" }
            }
        }
        if let allowed = schema["enum"] as? [AnyHashable], let value = value as? AnyHashable, !allowed.contains(value) {
            faults.append("\(path): not one of the allowed values")
        }
        if let type = schema["type"] as? String, !matches(value, type) { return faults + ["\(path): no \(type)"] }
        if let object = value as? [String: Any], schema["properties"] != nil {
            faults += checkObject(object, schema, path, isStrict: isStrict)
        }
        if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
            faults += array.enumerated().flatMap {
                check($0.element, items, "\(path)/\($0.offset)", isStrict: isStrict)
            }
        }
        return faults
    }

    private func checkObject(
        _ object: [String: Any], _ schema: [String: Any], _ path: String, isStrict: Bool
    ) -> [String] {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        var faults = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
            "\(path)/\($0): missing"
        }
        for (key, value) in object {
            if let property = properties[key] {
                faults += check(value, property, "\(path)/\(key)", isStrict: isStrict)
            } else if isStrict || schema["additionalProperties"] as? Bool == false {
                faults.append("\(path)/\(key): unknown")
            }
        }
        return faults
    }

    private func names(of unresolved: [String: Any]) -> Set<String> {
        let schema = resolve(unresolved)
        var names = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
        for part in schema["allOf"] as? [[String: Any]] ?? [] { names.formUnion(self.names(of: part)) }
        return names
    }

    private func matches(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": value is Bool
        case "integer": (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        case "number": value is NSNumber
        default: true
        }
    }
}
