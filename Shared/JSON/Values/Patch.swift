/// A field of a PATCH body, where absent, null and a value are three things.
///
/// The coders of this module know it: a missing key decodes as `absent`, and `absent` is not written.
package enum Patch<Value: Codable & Sendable>: Codable, Sendable {
    case absent
    case null
    case value(Value)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .null : .value(try container.decode(Value.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .absent, .null: try container.encodeNil()
        case .value(let value): try container.encode(value)
        }
    }

    /// Whether the field was given at all.
    package var isPresent: Bool {
        if case .absent = self { return false }
        return true
    }

    /// The value, where it is neither absent nor null.
    package var value: Value? {
        if case .value(let value) = self { return value }
        return nil
    }
}

extension Patch: Equatable where Value: Equatable {}

/// What the coders ask of a `Patch` whose value's type they do not know.
protocol AnyPatch {
    static var absentPatch: Self { get }
    static var valueType: any Decodable.Type { get }
    var isAbsent: Bool { get }
}

extension Patch: AnyPatch {
    static var absentPatch: Patch { .absent }
    static var valueType: any Decodable.Type { Value.self }
    var isAbsent: Bool { !isPresent }
}
