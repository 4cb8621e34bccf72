package import Models

/// The identifier `{id}` of the path; what is no identifier is not found.
package struct PathID<ID: EntityID>: RequestPart {
    package let id: ID

    package static func read(_ incoming: IncomingRequest) throws -> PathID {
        guard let text = incoming.pathValues["id"] else { throw Failure(.notFound) }
        do { return PathID(id: try ID(jsonText: text)) } catch { throw Failure(.notFound) }
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.parameters.append(.path("id", ID.self))
    }
}

/// Several values of the path: properties are the names between braces, in camel case.
package struct Path<Value: Decodable & Sendable>: RequestPart {
    package let value: Value

    package static func read(_ incoming: IncomingRequest) throws -> Path {
        let source = TextDecoder.Source(
            values: { incoming.pathValues[$0].map { [$0] } ?? [] }, pointer: { "path/\($0)" })
        switch TextDecoder.decode(Value.self, from: source) {
        case .success(let value): return Path(value: value)
        case .failure: throw Failure(.notFound)
        }
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.pathType = Value.self
    }
}
