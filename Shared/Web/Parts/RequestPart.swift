package import Models

/// A piece of a request that a handler asks for by the type of a parameter.
///
/// A part reads itself, throws the answer for a request that does not fit, and tells the OpenAPI document what it needs.
package protocol RequestPart: Sendable {
    static func read(_ incoming: IncomingRequest) async throws -> Self
    static func describe(_ operation: inout OperationDescription)
    /// Every fault of the query that concerns the part; asked only when a part has found one.
    static func queryFaults(_ incoming: IncomingRequest) -> [FieldError]
}

extension RequestPart {
    package static func queryFaults(_ incoming: IncomingRequest) -> [FieldError] { [] }
}
