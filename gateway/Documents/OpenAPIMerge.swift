import JSON

/// Puts the services' OpenAPI documents together: paths side by side, what has the same name in two of them once.
enum OpenAPIMerge {
    static func merged(_ parts: [JSONValue]) -> JSONValue {
        var paths: [JSONValue.Member] = []
        var tags: [JSONValue] = []
        var components: [String: [JSONValue.Member]] = [:]
        var order: [String] = []
        for part in parts {
            if case .object(let members) = part["paths"] {
                let known = Set(paths.map(\.name))
                paths += members.filter { !known.contains($0.name) }
            }
            if case .array(let elements) = part["tags"] { tags += elements.filter { !tags.contains($0) } }
            guard case .object(let sections) = part["components"] else { continue }
            for section in sections {
                guard case .object(let members) = section.value else { continue }
                if components[section.name] == nil { order.append(section.name) }
                let known = Set((components[section.name] ?? []).map(\.name))
                components[section.name, default: []] += members.filter { !known.contains($0.name) }
            }
        }
        paths.sort { $0.name < $1.name }
        var document: [JSONValue.Member] = [
            .init("openapi", "3.1.0"),
            .init(
                "info",
                [
                    "title": "Switchboard", "version": "1",
                    "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                ]),
            .init("servers", [["url": "/"]]), .init("paths", .object(paths)),
            .init("components", .object(order.map { .init($0, .object(components[$0] ?? [])) })),
        ]
        if !tags.isEmpty { document.append(.init("tags", .array(tags))) }
        return .object(document)
    }
}
