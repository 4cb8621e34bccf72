import CNghttp2
import IO
import Telemetry

/// One request of an HTTP/2 connection and its answer.
///
/// It is open as long as nghttp2's stream is; its handler may outlive it. Confined to its server's loop, hence
/// `@unchecked Sendable`.
final class HTTP2Stream: RequestExchange, HTTPBodySink, @unchecked Sendable {
    /// How many bytes of an answer may wait before its writer has to.
    static let highWater = 65_536
    /// What a writer may always have waiting, however much the others have.
    static let fairShare = 16_384
    /// How much of a request's body is read for nothing.
    private static let worthDiscarding = 1 << 20

    let connection: HTTP2Connection
    let id: Int32
    /// The index in the connection's list.
    var slot = 0
    private(set) var isOpen = true
    /// The client has sent everything.
    var peerEnded = false
    /// The stream was reset from here, so that more may be on its way.
    private(set) var isResetHere = false

    // The request.
    private var request: HTTPRequest?
    private(set) var isHeadRequest = false
    /// What the client sends after it has asked for an upgrade.
    private(set) var tunnelBody: HTTPBody?
    /// When a byte of the tunnel last came or left.
    private var lastByte: UInt64 = 0
    private var incoming: IncomingBody?
    /// Bytes that the client is to be given room for again, once the handler has read them.
    private var unread = 0
    private var discarded = 0
    private var runner: RequestRunners.Runner?
    private var isRunning = false

    // The answer.
    var hasHead = false
    private(set) var isTunnel = false
    /// Server-sent events, which have no end of their own.
    var isEventStream = false
    var pending: HTTP2PendingHead?
    /// Bytes that were declared and not yet written; nil when none were declared.
    var remaining: Int64?
    private var queue = HTTP2Queue()
    private(set) var isEnded = false
    private var isDeferred = false
    private var roomWaiter: CheckedContinuation<Void, any Error>?
    private var stuckSince: UInt64 = 0
    private var lingersUntil: UInt64?

    init(_ connection: HTTP2Connection, id: Int32) {
        self.connection = connection
        self.id = id
    }

    var server: HTTPServer { connection.server }

    // The request.

    func begin(_ head: inout HTTP2Head, endsStream: Bool) {
        var body = server.noBody
        if !endsStream {
            if let length = head.contentLength, length > server.configuration.maximumBody { return refuse(413) }
            body = beginBody(head)
        }
        guard var request = head.takeRequest(body: body, remote: connection.remote) else { return refuse(400) }
        isHeadRequest = request.method == .head
        request.isSecure = connection.tcp.isSecure
        if request.upgrade != nil {
            // What the client sends is the tunnel's, should the handler agree to one.
            request.body = server.noBody
            tunnelBody = body
        }
        self.request = request
        server.requestsSinceSweep += 1
        connection.running += 1
        isRunning = true
        server.runners.run(self)
    }

    private func beginBody(_ head: HTTP2Head) -> HTTPBody {
        let body = HTTPBody(declaredLength: head.contentLength) { [weak self] in self?.bodyIsWanted() }
        body.interruptionLoop = server.loop
        body.onTake = { [weak self] count in self?.bodyWasTaken(count) }
        incoming = IncomingBody(
            body: body, decoder: BodyDecoder(.none), awaitsContinue: head.expectsContinue, now: server.loop.now)
        return body
    }

    /// The handler waits for more of the body.
    private func bodyIsWanted() {
        guard isOpen, let incoming, incoming.awaitsContinue, !hasHead else { return }
        incoming.awaitsContinue = false
        incoming.restartClock(at: server.loop.now)
        _ = connection.sessions.fields.withContinue { list, count in
            nghttp2_submit_headers(
                connection.session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, nil, list, count, nil)
        }
        connection.mark()
    }

    private func bodyWasTaken(_ count: Int) {
        guard unread >= count else { return }
        unread -= count
        guard isOpen else {
            if let session = connection.session { nghttp2_session_consume_connection(session, count) }
            return connection.mark()
        }
        nghttp2_session_consume(connection.session, id, count)
        connection.mark()
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard let incoming, lingersUntil == nil else { return discard(bytes.count) }
        lastByte = server.loop.now
        incoming.count(bytes.count, at: lastByte)
        unread += bytes.count
        if let declared = incoming.body.declaredLength, incoming.received > declared {
            return reset(NGHTTP2_PROTOCOL_ERROR)
        }
        guard incoming.received <= server.configuration.maximumBody else { return breakBody(.tooLarge) }
        incoming.body.deliver(bytes)
    }

    /// Bytes that nobody will read, of which a client may send some before it is told to stop.
    private func discard(_ count: Int) {
        discarded += count
        guard discarded <= Self.worthDiscarding else {
            nghttp2_session_consume_connection(connection.session, count)
            return reset(NGHTTP2_NO_ERROR)
        }
        nghttp2_session_consume(connection.session, id, count)
    }

    /// The client's side of the stream is over.
    func peerDidEnd() {
        peerEnded = true
        guard let incoming else { return }
        if let declared = incoming.body.declaredLength, incoming.received != declared {
            return reset(NGHTTP2_PROTOCOL_ERROR)
        }
        self.incoming = nil
        incoming.body.finish()
    }

    private func breakBody(_ error: HTTPBodyError) {
        guard let incoming else { return }
        self.incoming = nil
        incoming.body.fail(error)
    }

    // The handler.

    func takeRequest(for runner: RequestRunners.Runner) -> HTTPRequest? {
        var taken: HTTPRequest?
        swap(&taken, &request)
        guard isOpen else {
            didRun()
            return nil
        }
        self.runner = runner
        taken?.loss = runner.loss
        return taken
    }

    /// The handler's part is done.
    func didRun() {
        runner = nil
        guard isRunning else { return }
        isRunning = false
        connection.running -= 1
        giveBackWindow()
    }

    /// What the handler has not read is given back when it cannot any more.
    private func giveBackWindow() {
        guard !isOpen, !isRunning, unread > 0, let session = connection.session else { return }
        nghttp2_session_consume_connection(session, unread)
        unread = 0
        connection.mark()
    }

    // The answer.

    /// The handler has agreed to the upgrade.
    func beginTunnel() {
        isTunnel = true
        lastByte = server.loop.now
        // The stream was cancelled before it began, should the server have waited for it.
        if server.hasEndedTunnels { runner?.cancel() }
    }

    func endTunnel() {
        if isTunnel || isEventStream { runner?.cancel() }
    }

    /// The handler writes nothing more but may still read.
    func finishWriting() {
        guard isTunnel, isOpen else { return }
        endAnswer()
        wake()
    }

    /// Queues bytes to be framed.
    func enqueue(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if queue.count == 0 { stuckSince = server.loop.now }
        queue.append(bytes)
        connection.queued += bytes.count
    }

    /// There will be no more bytes.
    func endAnswer() { isEnded = true }

    /// Has nghttp2 ask for what was queued.
    func wake() {
        if isDeferred {
            isDeferred = false
            nghttp2_session_resume_data(connection.session, id)
        }
        connection.mark()
    }

    /// What nghttp2 may frame next: at most `limit` bytes of the queue.
    func next(upTo limit: Int, _ flags: inout UInt32) -> Int {
        let count = min(limit, queue.count)
        let isLast = isEnded && count == queue.count
        guard count > 0 || isLast else {
            isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
        if isLast { flags |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
        return count
    }

    func take(_ count: Int, into output: OutputBuffer) {
        queue.take(count, into: output)
        connection.queued -= count
        stuckSince = server.loop.now
        lastByte = stuckSince
    }

    var hasRoom: Bool {
        queue.count <= Self.fairShare
            || queue.count <= Self.highWater && connection.queued <= HTTP2Connection.queuedHighWater
    }

    func waitForRoom() async throws {
        guard isOpen else { throw HTTPBodyError.connectionClosed }
        guard !hasRoom else { return }
        try await withCheckedThrowingContinuation { continuation in
            roomWaiter = continuation
            connection.waiting += 1
        }
    }

    func resumeWriterIfRoom() {
        guard roomWaiter != nil, hasRoom else { return }
        resumeWriter()
    }

    private func resumeWriter() {
        guard let waiter = roomWaiter else { return }
        roomWaiter = nil
        connection.waiting -= 1
        if isOpen { waiter.resume() } else { waiter.resume(throwing: HTTPBodyError.connectionClosed) }
    }

    // The end.

    /// Whether the client has said END_STREAM or RST_STREAM.
    var isEndedByPeer: Bool { !isResetHere }

    /// The last frame of the answer has left.
    func answerDidEnd() {
        guard !peerEnded else { return }
        // An answer that did not need the whole request may be followed by a reset (RFC 9113, 8.1), but there are
        // clients that do not understand it: the rest has some time, and some room, to come.
        lingersUntil = server.loop.now + server.configuration.linger.milliseconds
        guard unread > 0 else { return }
        nghttp2_session_consume(connection.session, id, unread)
        discarded = unread
        unread = 0
    }

    func reset(_ code: nghttp2_error_code) {
        guard isOpen, !isResetHere else { return }
        isResetHere = true
        nghttp2_submit_rst_stream(connection.session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
        if code != NGHTTP2_NO_ERROR { abandon(code == NGHTTP2_PROTOCOL_ERROR ? .malformed : .connectionClosed) }
        connection.mark()
    }

    /// Nobody waits for the answer.
    private func abandon(_ error: HTTPBodyError) {
        breakBody(error)
        runner?.cancel()
        runner = nil
    }

    /// nghttp2 has let go of the stream, or the connection is over.
    func close() {
        guard isOpen else { return }
        isOpen = false
        pending = nil
        connection.queued -= queue.count
        queue = HTTP2Queue()
        abandon(.connectionClosed)
        resumeWriter()
        giveBackWindow()
    }

    // Time.

    func checkTimes(at now: UInt64) {
        let configuration = server.configuration
        if let lingersUntil, now >= lingersUntil { reset(NGHTTP2_NO_ERROR) }
        if isTunnel, now >= lastByte + configuration.tunnelIdle.milliseconds {
            breakBody(.timedOut)
            return reset(NGHTTP2_CANCEL)
        }
        if let incoming, tunnelBody == nil {
            if incoming.body.waiting > 0 {
                // It is the handler that is slow.
                incoming.restartClock(at: now)
            } else if incoming.isTooSlow(
                at: now, idle: configuration.bodyIdle.milliseconds, minimumRate: configuration.bodyMinimumRate)
            {
                breakBody(.timedOut)
            }
        }
        flushPendingHead()
        guard queue.count > 0, now >= stuckSince + configuration.writerStuck.milliseconds else { return }
        server.logger.info("Stream that was not read was reset", [.int("http.queued_bytes", queue.count)])
        reset(NGHTTP2_CANCEL)
    }
}
