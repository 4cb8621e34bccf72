/// One typed value of a log line; its name is a constant, so no caller's text becomes a key.
package struct LogField: Sendable {
    enum Value: Sendable {
        case string(String)
        case int(Int)
        case double(Double)
        case bool(Bool)
    }

    let name: StaticString
    let value: Value

    /// A text, cut at `LogLine.longestText` bytes.
    package static func string(_ name: StaticString, _ value: String) -> LogField {
        LogField(name: name, value: .string(value))
    }

    /// A whole number, with its unit last in the name.
    package static func int(_ name: StaticString, _ value: Int) -> LogField {
        LogField(name: name, value: .int(value))
    }

    /// A whole number of another type; what `Int` cannot hold becomes its nearest.
    package static func int(_ name: StaticString, _ value: some BinaryInteger) -> LogField {
        LogField(name: name, value: .int(Int(clamping: value)))
    }

    /// A measured number; what JSON cannot write (infinity, not a number) becomes `null`.
    package static func double(_ name: StaticString, _ value: Double) -> LogField {
        LogField(name: name, value: .double(value))
    }

    /// A yes or no.
    package static func bool(_ name: StaticString, _ value: Bool) -> LogField {
        LogField(name: name, value: .bool(value))
    }

    /// An error as its operator's text.
    ///
    /// The text comes from `debugDescription` where the error has one: by the project's convention that is where an
    /// error says everything, and `description` is what may be shown to anybody.
    package static func error(_ name: StaticString, _ error: any Error) -> LogField {
        LogField(name: name, value: .string(String(reflecting: error)))
    }
}
