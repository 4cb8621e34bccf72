import CLibpq
import Glibc
import IO
import Models

/// One session with the server, always in libpq's pipeline mode: a batch of statements, one Sync, one round trip.
///
/// One batch at a time. A batch whose caller gave up (deadline, cancelled task) is cancelled on the server, and the
/// session ends when the server has answered: the cancel request could otherwise hit the next statement.
/// Confined to its loop. Its watcher holds it, so it must be closed.
final class PostgresConnection: @unchecked Sendable {
    /// How long the server may take to answer a cancel request before the session is ended without an answer.
    private static let cancelGrace: UInt64 = 5000
    /// A request that comes before the server has read the statement is lost, so it is repeated until the batch ends.
    private static let cancelPause: UInt64 = 100

    private let loop: EventLoop
    private var pointer: OpaquePointer?
    private var watcher: FileWatcher?
    private var cache: StatementCache
    private var openings = PreparedOpenings()
    private var batch: Batch?
    private var batches: UInt64 = 0
    private var isWaitingToWrite = false
    /// When to ask again for the cancellation of a batch that was given up.
    private var nextCancel: UInt64 = 0
    /// When the last batch ended, in milliseconds of the loop's clock.
    private(set) var lastUse: UInt64
    /// Runs once, when the session has ended.
    var onClose: ((PostgresConnection) -> Void)?
    /// Runs for every notification of a channel that was listened to: channel and payload.
    var onNotification: ((String, String) -> Void)?

    var isClosed: Bool { pointer == nil }
    /// Whether a batch is under way, also one that was given up.
    var isBusy: Bool { batch != nil }
    /// Whether the session is gone or only waits for the answer to a batch that was given up.
    var isSpent: Bool { pointer == nil || (batch != nil && batch?.continuation == nil) }
    /// How many statements are prepared.
    var preparedStatements: Int { cache.count }

    /// Whether the session is in an open or failed transaction, or gone.
    var isInTransaction: Bool {
        guard let pointer else { return true }
        return PQtransactionStatus(pointer) != PQTRANS_IDLE
    }

    /// Whether the session is in a transaction that can only be rolled back, or gone.
    var isInFailedTransaction: Bool {
        guard let pointer else { return true }
        return PQtransactionStatus(pointer) == PQTRANS_INERROR
    }

    init(loop: EventLoop, raw: RawConnection, statementLimit: Int) throws(PostgresError) {
        loop.preconditionCurrent()
        self.loop = loop
        cache = StatementCache(limit: statementLimit)
        lastUse = loop.now
        let pointer = raw.pointer
        guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
            let error = PostgresError.unavailable(lastMessage(of: pointer))
            PQfinish(pointer)
            throw error
        }
        do {
            watcher = try FileWatcher(loop: loop, fileDescriptor: PQsocket(pointer))
        } catch {
            PQfinish(pointer)
            throw .unavailable(error.description)
        }
        self.pointer = pointer
        watch()
    }

    /// Ends the session; a batch under way fails with an unknown outcome.
    func close() { close(because: .unavailable("connection closed")) }

    private func close(because error: PostgresError) {
        guard let pointer else { return }
        self.pointer = nil
        // The watcher lets go of the descriptor before libpq closes it.
        watcher?.close()
        watcher = nil
        PQfinish(pointer)
        if let batch {
            self.batch = nil
            var error = batch.error ?? error
            if error.kind == .unavailable { error.isOutcomeUnknown = true }
            batch.continuation?.resume(throwing: error)
        }
        let onClose = self.onClose
        self.onClose = nil
        onNotification = nil
        onClose?(self)
    }

    private func closeAfterFailure() {
        guard let pointer else { return }
        close(because: .unavailable(lastMessage(of: pointer)))
    }

    /// Whether the server has closed its side; costs one system call.
    func isPeerGone() -> Bool {
        guard let pointer else { return true }
        var byte: UInt8 = 0
        let count = recv(PQsocket(pointer), &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        if count < 0 { return errno != EAGAIN && errno != EWOULDBLOCK }
        // An ErrorResponse between two batches is the server's farewell.
        return count == 0 || byte == UInt8(ascii: "E")
    }

    // Sending.

    /// Sends statements as one batch, atomic unless a transaction is open, and waits for their answers.
    func run(_ opening: BatchOpening, _ statements: [SQL], deadline: UInt64) async throws -> [PostgresResult] {
        batches += 1
        let id = batches
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await start(id, opening, statements, deadline: deadline)
        } onCancel: {
            // Runs on the thread that cancels.
            loop.execute { self.abandon(id, CancellationError()) }
        }
    }

    /// Like `run`, but the cancellation of the task does not stop it: for COMMIT and ROLLBACK.
    func runToEnd(_ statement: SQL, deadline: UInt64) async throws -> [PostgresResult] {
        batches += 1
        return try await start(batches, .none, [statement], deadline: deadline)
    }

    private func start(
        _ id: UInt64, _ opening: BatchOpening, _ statements: [SQL], deadline: UInt64
    ) async throws -> [PostgresResult] {
        loop.preconditionCurrent()
        return try await withCheckedThrowingContinuation { continuation in
            precondition(batch == nil, "a connection runs one batch at a time")
            guard let pointer else {
                return continuation.resume(throwing: PostgresError.unavailable("connection closed"))
            }
            batch = Batch(id: id, continuation, statements, deadline: deadline)
            var writer = BatchWriter(pointer, statements: statements.count)
            writer.open(opening, &openings)
            for (index, statement) in statements.enumerated() { writer.add(statement, index: index, cache: &cache) }
            writer.sync()
            batch?.commands = writer.commands
            guard writer.isComplete else { return closeAfterFailure() }
            flush()
        }
    }

    // The socket.

    private func watch() {
        watcher?.start(isWaitingToWrite ? [.readable, .writable] : .readable) { self.onReady($0) }
    }

    private func flush() {
        guard let pointer else { return }
        let status = PQflush(pointer)
        if status < 0 { return closeAfterFailure() }
        guard isWaitingToWrite != (status == 1) else { return }
        isWaitingToWrite = status == 1
        watch()
    }

    private func onReady(_ events: FileWatcher.Events) {
        guard let pointer else { return }
        // The server stops reading when nobody reads its answers, so reading comes first. A socket that failed is not
        // watched any more: what it still holds is read, and that was all.
        let isOpen = PQconsumeInput(pointer) == 1 && !events.contains(.failed)
        takeAnswers()
        takeNotifications()
        guard isOpen else { return closeAfterFailure() }
        if isWaitingToWrite { flush() }
    }

    private func takeAnswers() {
        var isAfterEnd = false
        // Also between batches: notices, notifications and farewells are parsed here.
        while let pointer, PQisBusy(pointer) == 0, batch != nil {
            guard let result = PQgetResult(pointer) else {
                // One nil ends the answers of one command. A second one means that libpq expects no more: the
                // connection broke and it has dropped its queue.
                if isAfterEnd { return closeAfterFailure() }
                isAfterEnd = true
                continue
            }
            isAfterEnd = false
            if batch?.take(result, cache: &cache) == true { land() }
        }
    }

    /// The Sync's answer has come: the batch is over.
    private func land() {
        guard let batch else { return }
        self.batch = nil
        lastUse = loop.now
        if batch.spoilsConnection || batch.continuation == nil { close() }
        if let error = batch.error {
            batch.continuation?.resume(throwing: error)
        } else {
            batch.continuation?.resume(returning: batch.results)
        }
    }

    private func takeNotifications() {
        while let pointer, let notification = PQnotifies(pointer) {
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            PQfreemem(notification)
            onNotification?(channel, payload)
        }
    }

    // Giving up.

    /// Ends a batch whose time is up; returns whether there is one under way.
    func checkDeadline(now: UInt64) -> Bool {
        guard let batch else { return false }
        if batch.continuation == nil {
            if now >= batch.deadline { close() } else if now >= nextCancel { sendCancel() }
        } else if now >= batch.deadline {
            abandon(batch.id, PostgresError(.deadline, "the statement's time was up"))
        }
        return true
    }

    /// Resumes the caller with an error now, and tells the server to stop.
    private func abandon(_ id: UInt64, _ error: any Error) {
        guard let current = batch, current.id == id, let continuation = current.continuation else { return }
        batch?.continuation = nil
        batch?.deadline = loop.now + Self.cancelGrace
        continuation.resume(throwing: error)
        sendCancel()
    }

    private func sendCancel() {
        guard let pointer else { return }
        nextCancel = loop.now + Self.cancelPause
        guard let request = PQgetCancel(pointer) else { return close() }
        let cancellation = Cancellation(pointer: request)
        loop.spawn {
            // When the threads are all busy another request follows.
            do { try await ConnectionSettings.threads.run { cancellation.send() } } catch { cancellation.free() }
        }
    }
}

/// A cancel request on its way to a worker thread: one owner at a time.
private struct Cancellation: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Blocks until the server has taken the request.
    func send() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &message, Int32(message.count))
        free()
    }

    func free() { PQfreeCancel(pointer) }
}
