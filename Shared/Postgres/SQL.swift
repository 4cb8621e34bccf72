package import JSON
package import Models

/// A statement whose interpolated values are bound as parameters, never written into its text.
///
/// `"SELECT title FROM calls WHERE tenant_id = \(tenant) AND id = \(id)"` has the text `… = $1 AND id = $2` and two
/// binary parameters. Another `SQL` can be interpolated as a fragment; its parameters are numbered on.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text between the parameters, one more than there are parameters.
    ///
    /// Kept apart because the pieces are literals: comparing and hashing them needs no text to be built.
    private(set) var pieces: [String]
    private(set) var parameters: ParameterWriter

    package init(stringLiteral value: String) {
        pieces = [value]
        parameters = ParameterWriter()
    }

    package init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
        parameters = stringInterpolation.parameters
    }

    /// The text as the server sees it.
    var text: String {
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() { text += "$\(index + 1)\(piece)" }
        return text
    }

    /// What makes two statements the same prepared statement: text and declared types.
    var key: StatementKey { StatementKey(pieces: pieces, types: parameters.entries.map(\.type)) }

    /// Collects the pieces and parameters of one literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [String] = [""]
        fileprivate var parameters = ParameterWriter()

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            let last = pieces.count - 1
            if pieces[last].isEmpty { pieces[last] = literal } else { pieces[last] += literal }
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresBindable) {
            value.bind(into: &parameters)
            pieces.append("")
        }

        /// Binds a value or null; without it the compiler would warn of every optional value.
        package mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value?) {
            value.bind(into: &parameters)
            pieces.append("")
        }

        /// Splices another statement's text and parameters in.
        package mutating func appendInterpolation(_ fragment: SQL) {
            appendLiteral(fragment.pieces[0])
            pieces += fragment.pieces.dropFirst()
            parameters.append(fragment.parameters)
        }

        /// Writes a constant of the program into the text: a table or column name, a direction.
        package mutating func appendInterpolation(unescaped text: StaticString) {
            appendLiteral(text.description)
        }

        /// Binds an identifier as `uuid`.
        package mutating func appendInterpolation(_ id: some EntityID) {
            appendInterpolation(id.uuid)
        }

        /// Binds an identifier or null as `uuid`.
        package mutating func appendInterpolation(_ id: (some EntityID)?) {
            appendInterpolation(id?.uuid)
        }

        /// Binds identifiers as `uuid[]`.
        package mutating func appendInterpolation(_ ids: [some EntityID]) {
            appendInterpolation(ids.map(\.uuid))
        }

        /// Binds a string-shaped value of the wire (e-mail address, time zone ...) as `text`.
        @_disfavoredOverload
        package mutating func appendInterpolation(_ scalar: some JSONScalar) {
            appendInterpolation(scalar.jsonText)
        }

        /// Binds a string-shaped value of the wire, or null, as `text`.
        @_disfavoredOverload
        package mutating func appendInterpolation(_ scalar: (some JSONScalar)?) {
            appendInterpolation(scalar?.jsonText)
        }
    }
}

extension SQL: CustomStringConvertible, CustomReflectable {
    /// The text alone: the values may be anybody's name or number.
    package var description: String { text }

    /// A mirror without children, so that no dump shows the values either.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The identity of a prepared statement on one connection.
struct StatementKey: Hashable {
    var pieces: [String]
    var types: [PostgresType]
}
