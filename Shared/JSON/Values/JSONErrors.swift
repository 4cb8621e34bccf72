/// One fault of one field of a document.
package struct JSONFieldError: Sendable, Hashable {
    /// JSON Pointer (RFC 6901) of the field, with its name on the wire.
    package let pointer: String
    /// Stable and snake_case: `required`, `unknown_key`, `duplicate_key`, `wrong_type`, `not_allowed`, `out_of_range`,
    /// `too_long`, `too_short`, or the code of a scalar.
    package let code: String
    /// One sentence for the caller.
    package let detail: String

    package init(pointer: String, code: String, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}

/// Why a document is not what was expected: it is no JSON at all, or it has faulty fields, all of which are named.
package struct JSONDecodingError: Error, Sendable {
    /// A fault of the text itself.
    package struct Syntax: Sendable, Hashable {
        /// Bytes from the beginning.
        package let offset: Int
        package let reason: String
    }

    package let syntax: Syntax?
    /// At most `mostFields` of them.
    package let fields: [JSONFieldError]

    /// How many faults one answer names.
    package static let mostFields = 50

    init(syntax: Syntax) {
        self.syntax = syntax
        fields = []
    }

    init(fields: [JSONFieldError]) {
        syntax = nil
        self.fields = fields
    }
}

/// Why a value cannot be written: a number that JSON does not have, or containers used out of order.
package struct JSONEncodingError: Error, Sendable {
    package let reason: String
}
