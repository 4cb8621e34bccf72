package import Models

/// What the parts and the output of a route's handler tell of it.
package struct OperationDescription {
    /// A parameter outside of the query's structure.
    package struct Parameter {
        let name: String
        let place: String
        let isRequired: Bool
        let type: any Decodable.Type
        let text: String?

        static func path(_ name: String, _ type: any Decodable.Type) -> Parameter {
            Parameter(name: name, place: "path", isRequired: true, type: type, text: nil)
        }

        static func header(_ name: String, isRequired: Bool, _ text: String) -> Parameter {
            Parameter(name: name, place: "header", isRequired: isRequired, type: String.self, text: text)
        }

        static func query(_ name: String, _ type: any Decodable.Type, _ text: String) -> Parameter {
            Parameter(name: name, place: "query", isRequired: false, type: type, text: text)
        }
    }

    package enum Body {
        case json(any Decodable.Type, isRequired: Bool)
        case raw
    }

    package struct Answer {
        let status: Int
        let type: (any Decodable.Type)?
        var isRaw = false
    }

    package var parameters: [Parameter] = []
    package var pathType: (any Decodable.Type)?
    package var queryTypes: [any Decodable.Type] = []
    package var body: Body?
    package var answers: [Answer] = []
    /// Failures that come with the parts.
    package var codes: [ErrorCode] = []

    var hasRawBody: Bool {
        guard case .raw = body else { return false }
        return true
    }
}
