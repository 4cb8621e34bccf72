import IO
import Telemetry

/// What a listener of a channel gets to hear.
package enum PostgresNotification: Sendable, Equatable {
    /// Listening begins, or begins again after messages may have been missed: look at the table now.
    case caughtUp
    case message(String)
}

/// Listens on a connection of its own, past any pooler, and connects again for as long as somebody listens.
///
/// Confined to its loop.
final class NotificationListener: @unchecked Sendable {
    /// How many messages wait for a slow reader before they melt into one `caughtUp`.
    private static let bufferLimit = 1024
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(5)

    private typealias Continuation = AsyncStream<PostgresNotification>.Continuation

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var subscribers: [String: [UInt64: Continuation]] = [:]
    private var subscriptions: UInt64 = 0
    private var connection: PostgresConnection?
    /// Channels on which the current session listens.
    private var listening: Set<String> = []
    private var isConnecting = false
    private var isListening = false
    private var failures = 0
    private var retry: LoopTimer?
    private var isClosed = false

    init(loop: EventLoop, configuration: PostgresConfiguration, logger: Logger) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
    }

    func subscribe(_ channel: String) -> AsyncStream<PostgresNotification> {
        loop.preconditionCurrent()
        precondition(Self.isPlain(channel), "a channel is named with a-z, 0-9 and _")
        let (stream, continuation) = AsyncStream<PostgresNotification>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferLimit))
        guard !isClosed else {
            continuation.finish()
            return stream
        }
        subscriptions += 1
        let id = subscriptions
        subscribers[channel, default: [:]][id] = continuation
        continuation.onTermination = { [self] _ in
            // Runs on the thread that lets go; holds the listener only as long as there is somebody to tell.
            loop.execute { self.unsubscribe(id, from: channel) }
        }
        if listening.contains(channel) { continuation.yield(.caughtUp) }
        advance()
        return stream
    }

    private func unsubscribe(_ id: UInt64, from channel: String) {
        subscribers[channel]?[id] = nil
        if subscribers[channel]?.isEmpty == true { subscribers[channel] = nil }
    }

    func close() {
        isClosed = true
        retry?.cancel()
        retry = nil
        connection?.close()
        connection = nil
        let all = subscribers.values.flatMap(\.values)
        subscribers = [:]
        for continuation in all { continuation.finish() }
    }

    /// The name goes into LISTEN's text, which takes no parameter.
    private static func isPlain(_ channel: String) -> Bool {
        (1...63).contains(channel.utf8.count)
            && channel.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }
    }

    /// Does what is missing: a connection, or LISTEN for channels that came later.
    private func advance() {
        guard !isClosed, retry == nil, !isConnecting, !isListening, !subscribers.isEmpty else { return }
        if let connection {
            let missing = subscribers.keys.filter { !listening.contains($0) }
            guard !missing.isEmpty else { return }
            isListening = true
            loop.spawn { await self.listen(missing, on: connection) }
        } else {
            isConnecting = true
            loop.spawn { await self.connect() }
        }
    }

    private func connect() async {
        do {
            let raw = try await configuration.settings(direct: true).open()
            let opened = try PostgresConnection(loop: loop, raw: raw, statementLimit: 1)
            isConnecting = false
            guard !isClosed else { return opened.close() }
            opened.onClose = { [weak self] _ in self?.disconnected() }
            opened.onNotification = { [weak self] channel, payload in self?.deliver(.message(payload), to: channel) }
            connection = opened
            advance()
        } catch {
            isConnecting = false
            if failures == 0 { logger.warning("Listening for notifications failed", [.error("error", error)]) }
            tryAgain()
        }
    }

    private func listen(_ channels: [String], on connection: PostgresConnection) async {
        let statements = channels.map { SQL(stringLiteral: "LISTEN \"\($0)\"") }
        let deadline = loop.now + UInt64(configuration.deadline.milliseconds)
        do {
            _ = try await connection.run(.none, statements, deadline: deadline)
            isListening = false
            failures = 0
            listening.formUnion(channels)
            for channel in channels { deliver(.caughtUp, to: channel) }
            advance()
        } catch {
            isListening = false
            connection.close()
        }
    }

    private func disconnected() {
        connection = nil
        listening = []
        tryAgain()
    }

    private func tryAgain() {
        guard !isClosed, retry == nil else { return }
        failures += 1
        let doubled = Self.firstPause * (1 << min(failures - 1, 8))
        retry = loop.timer(after: min(doubled, Self.longestPause) * Double.random(in: 0.5...1)) { [weak self] in
            self?.retry = nil
            self?.advance()
        }
    }

    private func deliver(_ notification: PostgresNotification, to channel: String) {
        for continuation in (subscribers[channel] ?? [:]).values {
            // The reader is far behind and has lost the oldest message: tell it to look for itself.
            if case .dropped = continuation.yield(notification) { continuation.yield(.caughtUp) }
        }
    }
}
