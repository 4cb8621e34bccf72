/// A type that says what its fields mean and how far they may go; the decoder enforces it, the document shows it.
package protocol Noted {
    static var notes: [Note] { get }
}

/// What one field means and how far it may go.
package struct Note: Sendable {
    package let key: String
    package let text: String
    /// Characters (Unicode scalars, as JSON Schema counts) of a string.
    package let length: ClosedRange<Int>?
    /// Bounds of a number.
    package let range: ClosedRange<Int>?
    /// Elements of an array.
    package let count: ClosedRange<Int>?

    /// A note on the field of a coding key, so that its name is checked by the compiler.
    package static func of(
        _ key: some CodingKey, _ text: String, length: ClosedRange<Int>? = nil, range: ClosedRange<Int>? = nil,
        count: ClosedRange<Int>? = nil
    ) -> Note {
        Note(key: JSONKeyName.wire(key.stringValue), text: text, length: length, range: range, count: count)
    }

    var hasLimits: Bool { length != nil || range != nil || count != nil }
}
