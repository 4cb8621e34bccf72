import IO
import Telemetry

/// Sends notifications outside of transactions, equal ones of a moment once.
///
/// At most one statement is under way: NOTIFY serialises commits, so what comes meanwhile is gathered for the next.
/// Confined to its database's loop.
final class Notifier: @unchecked Sendable {
    /// More distinct messages than this in one moment are dropped: the listeners' slow poll finds their cause.
    private static let limit = 4096

    private struct Message: Hashable {
        var channel: String
        var payload: String
    }

    private unowned let database: Database
    private let logger: Logger
    private var messages: Set<Message> = []
    private var isSending = false

    init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    func notify(_ channel: String, _ payload: String) {
        guard messages.count < Self.limit else { return }
        messages.insert(Message(channel: channel, payload: payload))
        guard !isSending else { return }
        isSending = true
        let database = self.database
        database.loop.spawn { await database.notifier.send() }
    }

    private func send() async {
        defer { isSending = false }
        while !messages.isEmpty {
            let batch = Array(messages)
            messages.removeAll(keepingCapacity: true)
            do {
                try await database.execute(
                    """
                    SELECT pg_notify(channel, payload)
                    FROM unnest(\(batch.map(\.channel)), \(batch.map(\.payload))) AS message (channel, payload)
                    """)
            } catch {
                logger.warning("Notifications were lost", [.int("count", batch.count), .error("error", error)])
            }
        }
    }
}
