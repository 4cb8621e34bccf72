/// A value that shows itself only to who asks: printed, logged, dumped or mirrored it says `[redacted]`.
package struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    /// Hides the value.
    package init(_ value: Value) {
        self.value = value
    }

    /// The value itself, for the one place that needs it.
    package func reveal() -> Value { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the value.
    package var description: String { "[redacted]" }

    /// Never the value, even for operators.
    package var debugDescription: String { "[redacted]" }

    /// A mirror without children, so that `dump` finds nothing.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
