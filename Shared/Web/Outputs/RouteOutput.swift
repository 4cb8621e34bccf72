package import HTTP
import JSON
import Models

/// What a handler returns; its type tells the OpenAPI document which answers there are.
package protocol RouteOutput: Sendable {
    func response(to incoming: IncomingRequest) throws -> HTTPResponse
    static func describe(_ operation: inout OperationDescription)
}

/// 200 with a JSON body, and an `ETag` when the row has a version.
package struct OK<Value: Codable & Sendable>: RouteOutput {
    package var value: Value
    package var version: Int64?
    package var headers = HTTPHeaders()

    package init(_ value: Value, version: Int64? = nil) {
        self.value = value
        self.version = version
    }

    /// The same answer with one more header field.
    package func with(header name: String, _ value: String) -> OK {
        var copy = self
        copy.headers.add(name, value)
        return copy
    }

    package func response(to incoming: IncomingRequest) throws -> HTTPResponse {
        try JSONAnswer.make(200, value, version, headers, to: incoming)
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.answers.append(.init(status: 200, type: Value.self))
    }
}

/// 201 with the new thing and its `Location`, or 200 when it was there before.
package struct Created<Value: Codable & Sendable>: RouteOutput {
    package var value: Value
    package var version: Int64?
    package var headers = HTTPHeaders()
    private let status: Int

    /// A new thing at a path of this API.
    package init(_ value: Value, at location: String, version: Int64? = nil) {
        self.value = value
        self.version = version
        status = 201
        headers.add("Location", location)
    }

    private init(existing value: Value, version: Int64?) {
        self.value = value
        self.version = version
        status = 200
    }

    /// What was there before, changed in nothing.
    package static func existing(_ value: Value, version: Int64? = nil) -> Created {
        Created(existing: value, version: version)
    }

    /// The same answer with one more header field.
    package func with(header name: String, _ value: String) -> Created {
        var copy = self
        copy.headers.add(name, value)
        return copy
    }

    package func response(to incoming: IncomingRequest) throws -> HTTPResponse {
        try JSONAnswer.make(status, value, version, headers, to: incoming)
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.answers.append(.init(status: 201, type: Value.self))
        operation.answers.append(.init(status: 200, type: Value.self))
    }
}

/// 202: taken in, and worked on after the answer.
package struct Accepted<Value: Codable & Sendable>: RouteOutput {
    package var value: Value
    package var version: Int64?
    package var headers = HTTPHeaders()

    package init(_ value: Value, version: Int64? = nil) {
        self.value = value
        self.version = version
    }

    /// The same answer with one more header field.
    package func with(header name: String, _ value: String) -> Accepted {
        var copy = self
        copy.headers.add(name, value)
        return copy
    }

    package func response(to incoming: IncomingRequest) throws -> HTTPResponse {
        try JSONAnswer.make(202, value, version, headers, to: incoming)
    }

    package static func describe(_ operation: inout OperationDescription) {
        operation.answers.append(.init(status: 202, type: Value.self))
    }
}

/// 204: done, and nothing to say.
package struct NoContent: RouteOutput {
    package var headers = HTTPHeaders()

    package init() {}

    /// The same answer with one more header field.
    package func with(header name: String, _ value: String) -> NoContent {
        var copy = self
        copy.headers.add(name, value)
        return copy
    }

    package func response(to incoming: IncomingRequest) -> HTTPResponse { HTTPResponse(status: 204, headers: headers) }

    package static func describe(_ operation: inout OperationDescription) {
        operation.answers.append(.init(status: 204, type: nil))
    }
}

/// Any answer, such as a recording with its ranges; the route's `.contentTypes` document it.
package struct Raw: RouteOutput {
    package let response: HTTPResponse

    package init(_ response: HTTPResponse) { self.response = response }

    package func response(to incoming: IncomingRequest) -> HTTPResponse { response }

    package static func describe(_ operation: inout OperationDescription) {
        operation.answers.append(.init(status: 200, type: nil, isRaw: true))
    }
}

enum JSONAnswer {
    static func make(
        _ status: Int, _ value: some Encodable, _ version: Int64?, _ headers: HTTPHeaders, to incoming: IncomingRequest
    ) throws -> HTTPResponse {
        var headers = headers
        if let version {
            let tag = EntityTag.text(version)
            headers.set("ETag", tag)
            let method = incoming.request.method
            if status == 200, method == .get || method == .head, EntityTag.isKnown(tag, in: incoming.request.headers) {
                return HTTPResponse(status: 304, headers: headers)
            }
        }
        headers.set("Content-Type", "application/json")
        return HTTPResponse(status: status, headers: headers, body: .bytes(try JSON.encode(value)))
    }
}
