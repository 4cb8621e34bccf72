package import HTTP
import Models

/// The version that the caller saw, out of `If-Match`; without the header the answer is 428.
package struct IfMatch: RequestPart {
    /// The row's version; nil for `*`, which any version matches.
    package let version: Int64?

    package static func read(_ incoming: IncomingRequest) throws -> IfMatch {
        guard let given = try EntityTag.version(inIfMatch: incoming.request.headers) else {
            throw Failure(.preconditionRequired)
        }
        return IfMatch(version: given.version)
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.parameters.append(.header("If-Match", isRequired: true, "The row's ETag, or `*`."))
        operation.codes += [.preconditionRequired, .preconditionFailed]
    }
}

/// The version that the caller saw, if they say so.
package struct OptionalIfMatch: RequestPart {
    /// Nil without the header, and for `*`.
    package let version: Int64?

    package static func read(_ incoming: IncomingRequest) throws -> OptionalIfMatch {
        OptionalIfMatch(version: try EntityTag.version(inIfMatch: incoming.request.headers)?.version)
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.parameters.append(.header("If-Match", isRequired: false, "The row's ETag, or `*`."))
        operation.codes.append(.preconditionFailed)
    }
}

/// The header fields, for routes that look at `Range`, cookies or the like.
package struct RequestHeaders: RequestPart {
    package let headers: HTTPHeaders
    package let method: HTTPMethod

    package static func read(_ incoming: IncomingRequest) -> RequestHeaders {
        RequestHeaders(headers: incoming.request.headers, method: incoming.request.method)
    }

    package static func describe(_ operation: inout OperationDescription) {}
}

/// Entity tags: a row's version between quotes.
enum EntityTag {
    static func text(_ version: Int64) -> String { "\"\(version)\"" }

    /// What `If-Match` says: nil without the header, a nil version for `*`.
    ///
    /// A tag that is not one of ours matches no row (RFC 9110, 13.1.1). A list is refused: we never give two.
    static func version(inIfMatch headers: HTTPHeaders) throws(Failure) -> (version: Int64?, Void)? {
        let fields = headers.all(named: "If-Match")
        guard let field = fields.first else { return nil }
        guard fields.count == 1, !field.contains(",") else {
            throw Failure(.badRequest, "If-Match takes one entity tag.")
        }
        if field == "*" { return (nil, ()) }
        guard field.count > 2, field.first == "\"", field.last == "\"",
            let version = Int64(field.dropFirst().dropLast())
        else { throw Failure(.preconditionFailed) }
        return (version, ())
    }

    /// Whether `If-None-Match` has the tag, compared weakly (RFC 9110, 13.1.2).
    static func isKnown(_ tag: String, in headers: HTTPHeaders) -> Bool {
        headers.all(named: "If-None-Match").contains { field in
            field.split(separator: ",").contains { part in
                var text = part
                while text.first == " " { text.removeFirst() }
                while text.last == " " { text.removeLast() }
                if text == "*" { return true }
                return text.hasPrefix("W/") ? text.dropFirst(2) == tag : text == tag
            }
        }
    }
}
