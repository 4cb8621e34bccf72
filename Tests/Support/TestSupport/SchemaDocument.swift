import Foundation

/// A specification in the form of OpenAPI, by whose schemas values of JSON are held.
///
/// Read once and never changed; Foundation's dictionaries of JSON carry no mark of being Sendable, hence `@unchecked Sendable`.
package final class SchemaDocument: @unchecked Sendable {
    package let root: [String: Any]

    /// Nil when the file is not there, or no object.
    package init?(path: String) {
        guard let data = FileManager.default.contents(atPath: path),
            let root = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        else { return nil }
        self.root = root
    }

    /// What a schema refers to, or itself.
    package func resolve(_ schema: [String: Any]) -> [String: Any] {
        guard let reference = schema["$ref"] as? String else { return schema }
        var place: Any = root
        for part in reference.dropFirst(2).split(separator: "/") {
            place = (place as? [String: Any])?[String(part)] ?? [String: Any]()
        }
        return resolve(place as? [String: Any] ?? [:])
    }

    /// The types that a resolved schema names; none for a value of any.
    package static func types(of schema: [String: Any]) -> [String] {
        if let list = schema["type"] as? [String] { return list }
        return (schema["type"] as? String).map { [$0] } ?? []
    }

    /// What is wrong with a value; with `isStrict`, keys that the schema does not name are wrong too.
    package func faults(
        _ value: Any, in unresolved: [String: Any], at path: String = "", isStrict: Bool
    ) -> [String] {
        let schema = resolve(unresolved)
        if value is NSNull { return takesNull(schema) ? [] : ["\(path): null"] }
        var faults = partFaults(value, schema, path, isStrict)
        if let allowed = schema["enum"] as? [AnyHashable], let value = value as? AnyHashable, !allowed.contains(value) {
            faults.append("\(path): \(value) is not one of the allowed values")
        }
        let types = Self.types(of: schema)
        guard types.isEmpty || types.contains(where: { Self.matches(value, $0) }) else {
            return faults + ["\(path): no \(types)"]
        }
        if let text = value as? String, let pattern = schema["pattern"] as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            faults.append("\(path): does not match \(pattern)")
        }
        if let object = value as? [String: Any], schema["properties"] != nil {
            faults += objectFaults(object, schema, path, isStrict)
        }
        if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
            faults += array.enumerated().flatMap {
                self.faults($0.element, in: items, at: "\(path)/\($0.offset)", isStrict: isStrict)
            }
        }
        return faults
    }

    /// By the schemas of which one, or all, have to hold.
    private func partFaults(_ value: Any, _ schema: [String: Any], _ path: String, _ isStrict: Bool) -> [String] {
        var faults: [String] = []
        if let options = Self.options(of: schema) {
            let results = options.map { self.faults(value, in: $0, at: path, isStrict: isStrict) }
            if !results.contains([]) { faults += results.min { $0.count < $1.count } ?? [] }
        }
        guard let all = schema["allOf"] as? [[String: Any]] else { return faults }
        faults += all.flatMap { self.faults(value, in: $0, at: path, isStrict: false) }
        if isStrict, let object = value as? [String: Any] {
            let known = names(of: schema)
            faults += object.keys.filter { !known.contains($0) }.map { "\(path)/\($0): unknown" }
        }
        return faults
    }

    private func objectFaults(
        _ object: [String: Any], _ schema: [String: Any], _ path: String, _ isStrict: Bool
    ) -> [String] {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        var faults = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
            "\(path)/\($0): missing"
        }
        for (key, value) in object {
            if let property = properties[key] {
                faults += self.faults(value, in: property, at: "\(path)/\(key)", isStrict: isStrict)
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

    private func takesNull(_ schema: [String: Any]) -> Bool {
        let options = Self.options(of: schema)
        let types = Self.types(of: schema)
        if types.isEmpty, options == nil, schema["allOf"] == nil { return true }
        return schema["nullable"] as? Bool == true || types.contains("null")
            || options?.contains { takesNull(resolve($0)) } ?? false
    }

    private static func options(of schema: [String: Any]) -> [[String: Any]]? {
        (schema["anyOf"] ?? schema["oneOf"]) as? [[String: Any]]
    }

    private static func matches(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": value is Bool
        case "integer": (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        case "number": value is NSNumber
        default: false
        }
    }
}
