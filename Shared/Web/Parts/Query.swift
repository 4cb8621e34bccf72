package import Models

/// The parameters of the query; properties in camel case, optional ones may be left out.
///
/// A list is given by repeating the name or with commas. What is unknown or wrong is a 400 that names each fault.
package struct Query<Value: Decodable & Sendable>: RequestPart {
    package let value: Value

    package static func read(_ incoming: IncomingRequest) throws -> Query {
        Query(value: try decode(incoming).get())
    }

    package static func queryFaults(_ incoming: IncomingRequest) -> [FieldError] {
        guard case .failure(let faults) = decode(incoming) else { return [] }
        return faults.errors
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.queryTypes.append(Value.self)
    }

    private static func decode(_ incoming: IncomingRequest) -> Result<Value, TextFaults> {
        let source = TextDecoder.Source(values: { incoming.query.values($0) }, pointer: { "query/\($0)" })
        defer { for name in source.asked { incoming.ask(for: name) } }
        return TextDecoder.decode(Value.self, from: source)
    }
}
