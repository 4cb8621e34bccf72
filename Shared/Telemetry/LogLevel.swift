/// How much an operator should care about a log line.
package enum LogLevel: String, Sendable, Comparable, CaseIterable {
    /// Off in production.
    case debug
    /// Something an operator would tell a colleague.
    case info
    /// The process carried on degraded.
    case warning
    /// Someone must look.
    case error

    /// Its place among all levels.
    var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Orders the levels by urgency.
    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}
