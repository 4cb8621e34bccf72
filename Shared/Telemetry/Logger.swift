/// Writes one JSON object per line: a constant message, and values in typed fields.
///
/// A logger is a value: `with(_:)` gives one whose every line also carries the request's id, trace and tenant. A line
/// below the level costs one comparison.
package struct Logger: Sendable {
    /// How the lines of each level go on behind the time, by the level's rank.
    private let openings: [[UInt8]]
    /// The least urgent level that is written.
    package let level: LogLevel
    private let sink: any LogSink
    /// The fields of `with(_:)`, rendered once instead of once a line.
    private var context: [UInt8] = []

    /// A logger for the process's life, by default to standard error.
    package init(service: String, level: LogLevel = .info, sink: any LogSink = StandardErrorLog()) {
        openings = LogLevel.allCases.map { LogLine.opening(level: $0, service: service) }
        self.level = level
        self.sink = sink
    }

    /// The same logger with fields on every line; a later field of the same name does not replace an earlier one.
    package func with(_ fields: [LogField]) -> Logger {
        var line = LogLine()
        for field in fields { line.append(field) }
        var copy = self
        copy.context.append(contentsOf: line.bytes)
        return copy
    }

    /// Says what only a developer wants to know.
    package func debug(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        write(.debug, message, fields)
    }

    /// Says what an operator would tell a colleague.
    package func info(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        write(.info, message, fields)
    }

    /// Says that the process carried on degraded.
    package func warning(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        write(.warning, message, fields)
    }

    /// Says that someone must look.
    package func error(_ message: StaticString, _ fields: @autoclosure () -> [LogField] = []) {
        write(.error, message, fields)
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: () -> [LogField]) {
        guard level >= self.level else { return }
        var line = LogLine()
        line.begin(opening: openings[level.rank], message: message)
        line.append(rendered: context)
        for field in fields() { line.append(field) }
        line.end()
        sink.write(line.bytes)
        if level >= .warning { sink.flush() }
    }
}
