/// The path of a route, such as `/api/v1/calls/{id}`.
package struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    enum Segment: Hashable {
        case literal(String)
        case parameter(String)
    }

    package let description: String
    let segments: [Segment]

    /// Reads a template; anything but literals and whole-segment parameters is a programming error.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "a template starts with a slash: \(text)")
        description = text
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else {
                precondition(!part.isEmpty && !part.contains { "{}%?#".contains($0) }, "not a template: \(text)")
                return .literal(String(part))
            }
            return .parameter(String(part.dropFirst().dropLast()))
        }
        precondition(Set(parameters).count == parameters.count, "a parameter occurs twice: \(text)")
    }

    /// The names between braces, in order.
    package var parameters: [String] {
        segments.compactMap { segment in
            guard case .parameter(let name) = segment else { return nil }
            return name
        }
    }

    /// The values of the parameters in a path that matches.
    func values(in path: [String]) -> [String: String] {
        var values: [String: String] = [:]
        for (segment, text) in zip(segments, path) {
            if case .parameter(let name) = segment { values[name] = text }
        }
        return values
    }
}
