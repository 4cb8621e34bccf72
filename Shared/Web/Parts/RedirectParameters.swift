/// What another party has put into the query of a redirect back to us; parameters are theirs and none is unknown.
package struct RedirectParameters: RequestPart {
    private let values: [String: [String]]

    /// The value of a parameter; nil when it is absent or given more than once.
    package subscript(_ name: String) -> String? {
        guard let given = values[name], given.count == 1 else { return nil }
        return given[0]
    }

    /// Whether a parameter was given at all.
    package func has(_ name: String) -> Bool { values[name] != nil }

    package static func read(_ incoming: IncomingRequest) -> RedirectParameters {
        var values: [String: [String]] = [:]
        for name in incoming.query.names {
            incoming.ask(for: name)
            values[name] = incoming.query.values(name)
        }
        return RedirectParameters(values: values)
    }

    package static func describe(_ operation: inout OperationDescription) {}
}
