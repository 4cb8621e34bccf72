import HTTP
import JSON
import Models

/// The JSON body: another type is a 415, a larger one a 413, what does not fit a 422 with every fault.
package struct Body<Value: Codable & Sendable>: RequestPart {
    package let value: Value

    package static func read(_ incoming: IncomingRequest) async throws -> Body {
        try JSONBody.checkType(incoming.request.headers)
        let bytes = try await incoming.bytes()
        return Body(value: try JSONBody.decode(bytes, incoming.unknownKeys))
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.body = .json(Value.self, isRequired: true)
    }
}

/// The JSON body, or nil when there is none.
package struct OptionalBody<Value: Codable & Sendable>: RequestPart {
    package let value: Value?

    package static func read(_ incoming: IncomingRequest) async throws -> OptionalBody {
        let bytes = try await incoming.bytes()
        guard !bytes.isEmpty else { return OptionalBody(value: nil) }
        try JSONBody.checkType(incoming.request.headers)
        return OptionalBody(value: try JSONBody.decode(bytes, incoming.unknownKeys))
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.body = .json(Value.self, isRequired: false)
    }
}

/// The body as it arrives; the route's `.bodyLimit` and `.contentTypes` are kept while it is read.
///
/// Read once, by one reader, on the request's task.
package struct RawBody: RequestPart {
    /// Counts across copies of the part; touched on the request's task alone.
    private final class Count: @unchecked Sendable {
        var bytes = 0
    }

    /// The media type in lower case, without parameters; empty when there is none.
    package let contentType: String
    package let declaredLength: Int64?
    package let limit: Int
    private let stream: HTTPBody
    private let count = Count()

    private init(_ incoming: IncomingRequest) throws(Failure) {
        stream = incoming.request.body
        limit = incoming.route.bodyLimit
        declaredLength = stream.declaredLength
        contentType = MediaType.name(in: incoming.request.headers["Content-Type"])
        if let types = incoming.route.contentTypes, !types.contains(where: { MediaType.matches(contentType, $0) }) {
            throw Failure(.unsupportedMediaType, headers: [("Accept", types.joined(separator: ", "))])
        }
        if let declaredLength, declaredLength > Int64(limit) { throw Failure(.bodyTooLarge) }
    }

    /// The next bytes, never empty; nil at the end.
    package func next() async throws -> [UInt8]? {
        guard let piece = try await stream.next() else { return nil }
        count.bytes += piece.count
        guard count.bytes <= limit else { throw Failure(.bodyTooLarge) }
        return piece
    }

    package static func read(_ incoming: IncomingRequest) throws -> RawBody { try RawBody(incoming) }

    package static func describe(_ operation: inout OperationDescription) {
        operation.body = .raw
    }
}

enum JSONBody {
    /// Accepts `application/json` and what ends in `+json`, in UTF-8.
    static func checkType(_ headers: HTTPHeaders) throws(Failure) {
        let type = MediaType.name(in: headers["Content-Type"])
        guard type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")) else {
            throw Failure(.unsupportedMediaType, headers: [("Accept", "application/json")])
        }
    }

    /// Apart from the asynchronous readers: the optimiser of Swift 6.3.1 crashes on a typed throw that it has inlined
    /// into a generic coroutine.
    @inline(never)
    static func decode<Value: Decodable>(_ bytes: [UInt8], _ unknownKeys: JSON.UnknownKeys) throws -> Value {
        try JSON.decode(Value.self, from: bytes, unknownKeys: unknownKeys)
    }
}

extension IncomingRequest {
    /// Other services may be newer and say more; everybody else is told of what is not understood.
    fileprivate var unknownKeys: JSON.UnknownKeys { route.access.isInternal ? .ignore : .refuse }
}

enum MediaType {
    /// Type and subtype in lower case, without parameters; empty when there is none.
    static func name(in header: String?) -> String {
        guard let header else { return "" }
        var name = header.prefix { $0 != ";" }
        while name.last == " " || name.last == "\t" { name.removeLast() }
        return name.lowercased()
    }

    static func matches(_ name: String, _ pattern: String) -> Bool {
        guard pattern.hasSuffix("/*") else { return name == pattern }
        return name.hasPrefix(pattern.dropLast())
    }
}
