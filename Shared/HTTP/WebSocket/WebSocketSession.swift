import IO

/// One WebSocket: messages in, in order, and messages out.
///
/// The socket is read only while somebody asks for the next message, and not while more than a little waits to be sent:
/// a client that sends and does not read holds up itself. Pings are answered and closes acknowledged on the way.
/// Confined to the loop of its connection, hence `@unchecked Sendable`.
package final class WebSocketSession: @unchecked Sendable {
    private enum State {
        case open
        /// This end has sent its close and waits for the other's.
        case closing
        /// Both have been sent, or one was and nothing more will come.
        case closed
        case failed(WebSocketError)
    }

    /// The subprotocol that was agreed on.
    package let chosenProtocol: String?
    /// What the client gave as the reason of its close.
    package private(set) var closeCode: WebSocketCloseCode?
    package private(set) var closeReason = ""

    private let input: HTTPBody
    private let output: HTTPBodyWriter
    private let configuration: WebSocketConfiguration
    private var state = State.open
    private var decoder: WebSocketDecoder
    /// The piece that is being decoded.
    private var piece: [UInt8] = []
    private var position = 0

    /// Frames that wait until the connection takes more.
    private var queue: [UInt8] = []
    private var flush: Task<Void, Never>?
    private var roomWaiter: CheckedContinuation<Void, Never>?

    private var heartbeat: LoopTimer?
    private var closeTimer: LoopTimer?
    private var lastHeard: UInt64 = 0
    private var hasPinged = false
    private var isReading = false

    init(
        _ input: HTTPBody, _ output: HTTPBodyWriter, configuration: WebSocketConfiguration, chosenProtocol: String?
    ) {
        self.input = input
        self.output = output
        self.configuration = configuration
        self.chosenProtocol = chosenProtocol
        decoder = WebSocketDecoder(largestMessage: configuration.largestMessage)
    }

    // Receiving.

    /// The next message; nil once the client has closed; throws when it is lost or breaks the rules.
    package func next() async throws -> WebSocketMessage? {
        while true {
            switch state {
            case .open, .closing: break
            case .closed: return nil
            case .failed(let error): throw error
            }
            switch decoder.next(&piece, from: &position) {
            case .needMore: try await read()
            case .message(let message): if case .open = state { return message }
            case .ping(let payload):
                if case .open = state { try enqueue { WebSocketEncoder.append(.pong, payload, to: &$0) } }
            case .pong: break
            case .close(let code, let reason):
                closeCode = code
                closeReason = reason
                if case .open = state { try enqueue { WebSocketEncoder.appendClose(code, reason: "", to: &$0) } }
                state = .closed
            case .failed(let code):
                sendClose(code, reason: "")
                state = .failed(.refused(code))
            }
        }
    }

    private func read() async throws {
        if queue.count > configuration.queueHighWater {
            await withCheckedContinuation { roomWaiter = $0 }
            return
        }
        isReading = true
        defer { isReading = false }
        let next: [UInt8]?
        do { next = try await input.next() } catch let error as HTTPBodyError {
            if case .failed = state { return }
            state = .failed(error == .timedOut ? .silent : .connectionLost)
            return
        }
        guard let next else {
            state = .failed(.connectionLost)
            return
        }
        piece = next
        position = 0
        hasPinged = false
        lastHeard = input.interruptionLoop?.now ?? 0
    }

    // Sending.

    /// Sends a message as soon as the connection takes it; a client for which too much waits is dropped.
    package func send(_ message: WebSocketMessage) throws {
        try checkOpen()
        try enqueue { WebSocketEncoder.append(message, to: &$0) }
    }

    /// Sends a text.
    package func send(_ text: String) throws { try send(.text(text)) }

    /// Begins to close; what the client still sends is not given out any more.
    package func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
        guard case .open = state else { return }
        sendClose(code, reason: reason)
        guard case .open = state else { return }
        state = .closing
        if flush == nil { awaitClose() }
    }

    /// Gives the client a while to answer the close that has left.
    private func awaitClose() {
        closeTimer = input.interruptionLoop?.timer(after: configuration.closeTimeout) { [weak self] in
            guard let self else { return }
            _ = drop(.silent)
        }
    }

    private func checkOpen() throws(WebSocketError) {
        switch state {
        case .open: return
        case .closing, .closed: throw .closed
        case .failed(let error): throw error
        }
    }

    private func sendClose(_ code: WebSocketCloseCode, reason: String) {
        do { try enqueue { WebSocketEncoder.appendClose(code, reason: reason, to: &$0) } } catch {
            state = .failed(error as? WebSocketError ?? .connectionLost)
        }
    }

    private func enqueue(_ append: (inout [UInt8]) -> Void) throws {
        append(&queue)
        guard flush == nil else {
            guard queue.count > configuration.mostQueued else { return }
            throw drop(.slowReader)
        }
        var frames: [UInt8] = []
        swap(&frames, &queue)
        do { try output.writeNow(frames) } catch { throw drop(.connectionLost) }
        guard !output.hasRoom, let loop = input.interruptionLoop else { return }
        flush = loop.spawn { await self.flushQueue() }
    }

    /// Waits for the connection and writes what has gathered meanwhile, until nothing has.
    private func flushQueue() async {
        do {
            try await output.waitForRoom()
            while !queue.isEmpty {
                var frames: [UInt8] = []
                swap(&frames, &queue)
                wakeReader()
                try await output.write(frames)
            }
        } catch {
            _ = drop(.connectionLost)
        }
        flush = nil
        wakeReader()
        if case .closing = state { awaitClose() }
    }

    private func wakeReader() {
        let waiter = roomWaiter
        roomWaiter = nil
        waiter?.resume()
    }

    /// Gives the client up.
    private func drop(_ error: WebSocketError) -> WebSocketError {
        if case .failed(let first) = state { return first }
        state = .failed(error)
        queue = []
        input.fail(.connectionClosed)
        wakeReader()
        return error
    }

    // Life.

    func run(_ handler: @Sendable (WebSocketSession) async throws -> Void) async throws {
        guard let loop = input.interruptionLoop else { throw HTTPBodyError.connectionClosed }
        lastHeard = loop.now
        heartbeat = loop.timer(every: configuration.heartbeat) { [weak self] in self?.beat(loop) }
        do {
            try await handler(self)
            close()
        } catch is CancellationError {
            close(.goingAway)
        } catch {
            close(.internalError)
        }
        // Not in this task, which may have been cancelled and must still wait for the client's answer.
        await loop.spawn { await self.shakeHands() }.value
        heartbeat?.cancel()
        closeTimer?.cancel()
        switch state {
        case .open, .closing, .closed: break
        // Told by a close frame, which is to reach the client.
        case .failed(.refused): break
        case .failed(let error): throw error
        }
    }

    /// Waits for the client's close, and until ours has left.
    private func shakeHands() async {
        do { while try await next() != nil {} } catch {
            // How it ended is in `state`.
        }
        switch state {
        case .closed, .failed(.refused): await flush?.value
        case .open, .closing, .failed: break
        }
    }

    private func beat(_ loop: EventLoop) {
        // While nothing is read, silence is not the client's.
        guard isReading, case .open = state else { return }
        guard loop.now >= lastHeard + configuration.heartbeat.milliseconds else { return }
        guard !hasPinged else {
            _ = drop(.silent)
            return
        }
        hasPinged = true
        do { try enqueue { WebSocketEncoder.append(.ping, [], to: &$0) } } catch {
            // The client is gone, which the reader hears.
        }
    }
}

extension WebSocketSession: AsyncSequence {
    /// Ends when the client has closed.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let session: WebSocketSession

        package mutating func next() async throws -> WebSocketMessage? { try await session.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(session: self) }
}
