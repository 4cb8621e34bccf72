import HTTP
import JSON
import Models

/// Writes one route as an operation of the OpenAPI document.
enum OperationWriter {
    static func operation(_ route: Route, _ schemas: inout SchemaCollection) throws -> JSONValue {
        var description = OperationDescription()
        route.describe(&description)
        var members: [JSONValue.Member] = [
            .init("operationId", .string(route.operationID)), .init("summary", .string(route.summary)),
            .init("tags", [.string(tag(route))]),
        ]
        switch route.access.rule {
        case .anybody, .unguarded: members.append(.init("security", .array([])))
        default: members.append(.init("security", [["bearer": .array([])]]))
        }
        if let permissions = permissions(route) {
            members.append(.init("x-permissions", .array(permissions.map { .string($0.rawValue) })))
        }
        let parameters = try parameters(route, description, &schemas)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = try body(route, description, &schemas) { members.append(.init("requestBody", body)) }
        members.append(.init("responses", try answers(route, description, &schemas)))
        return .object(members)
    }

    /// The first segment behind the version: `calls`, `api-keys`; `platform/tenants` keeps two.
    private static func tag(_ route: Route) -> String {
        let segments = route.template.description.split(separator: "/").drop { $0 == "api" || $0 == "v1" }
        let isPlatform = segments.first == "platform"
        return segments.prefix(isPlatform ? 2 : 1).joined(separator: "/")
    }

    private static func permissions(_ route: Route) -> [Permission]? {
        switch route.access.rule {
        case .permission(let permissions), .platform(let permissions): permissions
        default: nil
        }
    }

    // Parameters.

    private static func parameters(
        _ route: Route, _ description: OperationDescription, _ schemas: inout SchemaCollection
    ) throws -> [JSONValue] {
        var parameters: [JSONValue] = []
        if let type = description.pathType {
            for (name, schema, _) in try fields(of: type) {
                parameters.append(parameter(name, in: "path", isRequired: true, schema, nil))
            }
        }
        for type in description.queryTypes {
            for (name, schema, isRequired) in try fields(of: type) {
                parameters.append(parameter(name, in: "query", isRequired: isRequired, schema, nil))
            }
        }
        for item in description.parameters {
            let schema = try JSONSchema.record(item.type, into: &schemas)
            parameters.append(parameter(item.name, in: item.place, isRequired: item.isRequired, schema, item.text))
        }
        if route.has(.idempotent) {
            parameters.append(
                parameter(
                    "Idempotency-Key", in: "header", isRequired: false,
                    ["type": "string", "minLength": 1, "maxLength": 255],
                    "The same key gives the same answer for 24 hours."))
        }
        return parameters
    }

    private static func parameter(
        _ name: String, in place: String, isRequired: Bool, _ schema: JSONValue, _ text: String?
    ) -> JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name)), .init("in", .string(place))]
        if isRequired { members.append(.init("required", true)) }
        if let text { members.append(.init("description", .string(text))) }
        members.append(.init("schema", schema))
        return .object(members)
    }

    /// The fields of a structure that is given as text, each on its own.
    private static func fields(of type: any Decodable.Type) throws -> [(
        name: String, schema: JSONValue, isRequired: Bool
    )] {
        // A collection of its own: a query's structure is no component of the document.
        var own = SchemaCollection()
        _ = try JSONSchema.record(type, into: &own)
        guard case .object(let properties)? = own.components.first?.value["properties"] else { return [] }
        var required: [JSONValue] = []
        if case .array(let names)? = own.components.first?.value["required"] { required = names }
        return properties.map { ($0.name, withoutNull($0.value), required.contains(.string($0.name))) }
    }

    /// A parameter is absent rather than null.
    private static func withoutNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(let members) = schema, case .array(let choices)? = schema["anyOf"],
            let first = choices.first, choices.count == 2, case .object(let inner) = first
        else { return schema }
        return .object(inner + members.filter { $0.name != "anyOf" })
    }

    // Bodies and answers.

    private static func body(
        _ route: Route, _ description: OperationDescription, _ schemas: inout SchemaCollection
    ) throws -> JSONValue? {
        switch description.body {
        case nil: return nil
        case .json(let type, let isRequired):
            let schema = try JSONSchema.record(type, into: &schemas)
            return ["required": .bool(isRequired), "content": ["application/json": ["schema": schema]]]
        case .raw:
            return ["required": true, "content": bytes(route.contentTypes)]
        }
    }

    private static func bytes(_ types: [String]?) -> JSONValue {
        .object((types ?? ["application/octet-stream"]).map { .init($0, .object([])) })
    }

    private static func answers(
        _ route: Route, _ description: OperationDescription, _ schemas: inout SchemaCollection
    ) throws -> JSONValue {
        var members: [JSONValue.Member] = []
        for answer in description.answers {
            var answerMembers: [JSONValue.Member] = [.init("description", .string(meaning(of: answer.status)))]
            if let type = answer.type {
                let schema = try JSONSchema.record(type, into: &schemas)
                answerMembers.append(.init("content", ["application/json": ["schema": schema]]))
            } else if answer.isRaw {
                answerMembers.append(.init("content", bytes(route.contentTypes)))
            }
            members.append(.init(String(answer.status), .object(answerMembers)))
        }
        let codes = Dictionary(grouping: codes(route, description), by: \.status)
        for (status, codes) in codes.sorted(by: { $0.key < $1.key }) {
            var words: [String] = []
            for code in codes where !words.contains(code.rawValue) { words.append(code.rawValue) }
            members.append(
                .init(
                    String(status),
                    ["$ref": "#/components/responses/problem", "description": .string(words.joined(separator: ", "))]))
        }
        members.append(.init("default", ["$ref": "#/components/responses/problem"]))
        return .object(members)
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 201: "It was created."
        case 202: "It was taken in and is worked on."
        case 204: "It is done."
        default: "As asked."
        }
    }

    private static func codes(_ route: Route, _ description: OperationDescription) -> [ErrorCode] {
        var codes = description.codes
        switch route.access.rule {
        case .anybody, .unguarded: break
        default: codes += [.unauthenticated, .forbidden]
        }
        if !description.queryTypes.isEmpty { codes.append(.invalidQuery) }
        if !route.template.parameters.isEmpty { codes.append(.notFound) }
        if description.body != nil { codes += [.bodyTooLarge, .unsupportedMediaType] }
        if case .json = description.body { codes.append(.validationFailed) }
        if route.has(.idempotent) { codes += [.idempotencyKeyReused, .idempotencyKeyInProgress] }
        for case .failures(let more) in route.options { codes += more }
        return codes
    }
}
