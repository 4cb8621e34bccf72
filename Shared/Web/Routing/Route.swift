package import HTTP
import Models

/// One operation of the API: where it is, who may call it, what it is called and what runs.
package struct Route: Sendable {
    package let method: HTTPMethod
    package let template: PathTemplate
    /// Unique in the suite, snake case; the document and the metrics use it.
    package let operationID: String
    package let access: RouteGuard
    package let summary: String
    package let options: [RouteOption]
    let endpoint: @Sendable (RequestContext, IncomingRequest) async throws -> HTTPResponse
    /// Finds every fault of the query, once one was found.
    let queryFaults: @Sendable (IncomingRequest) -> [FieldError]
    let describe: @Sendable (inout OperationDescription) -> Void
    let bodyLimit: Int

    private init<each Part: RequestPart, Output: RouteOutput>(
        _ method: HTTPMethod, _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ options: [RouteOption],
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output
    ) {
        self.method = method
        template = PathTemplate(path)
        self.operationID = operationID
        self.access = access
        self.summary = summary
        self.options = options
        endpoint = { context, incoming in
            let parts = (repeat try await (each Part).read(incoming))
            try incoming.refuseUnknownParameters()
            return try await handler(context, repeat each parts).response(to: incoming)
        }
        queryFaults = { incoming in
            var faults: [FieldError] = []
            for part in repeat (each Part).self { faults += part.queryFaults(incoming) }
            return faults
        }
        describe = { operation in
            for part in repeat (each Part).self { part.describe(&operation) }
            Output.describe(&operation)
        }
        var limit = 1 << 20
        for case .bodyLimit(let bytes) in options { limit = bytes }
        bodyLimit = limit
    }

    func has(_ option: RouteOption) -> Bool { options.contains(option) }

    /// The media types that a raw body may have, or that a raw answer has; nil when the route does not say.
    var contentTypes: [String]? {
        for case .contentTypes(let types) in options { return types }
        return nil
    }

    // The verbs of a route table.

    /// Reads something; HEAD is answered alike.
    package static func get<each Part: RequestPart, Output: RouteOutput>(
        _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output,
        _ options: RouteOption...
    ) -> Route {
        Route(.get, path, operationID, access, summary, options, handler)
    }

    /// Creates something, or does what no other verb says.
    package static func post<each Part: RequestPart, Output: RouteOutput>(
        _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output,
        _ options: RouteOption...
    ) -> Route {
        Route(.post, path, operationID, access, summary, options, handler)
    }

    /// Puts something in its known place.
    package static func put<each Part: RequestPart, Output: RouteOutput>(
        _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output,
        _ options: RouteOption...
    ) -> Route {
        Route(.put, path, operationID, access, summary, options, handler)
    }

    /// Changes some fields of something.
    package static func patch<each Part: RequestPart, Output: RouteOutput>(
        _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output,
        _ options: RouteOption...
    ) -> Route {
        Route(.patch, path, operationID, access, summary, options, handler)
    }

    /// Removes something.
    package static func delete<each Part: RequestPart, Output: RouteOutput>(
        _ path: String, _ operationID: String, _ access: RouteGuard, _ summary: String,
        _ handler: @escaping @Sendable (RequestContext, repeat each Part) async throws -> Output,
        _ options: RouteOption...
    ) -> Route {
        Route(.delete, path, operationID, access, summary, options, handler)
    }
}
