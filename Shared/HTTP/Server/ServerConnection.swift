import IO
import Telemetry

/// One client connection: reads requests one after the other, starts a task for each and writes what it answers.
///
/// Only one request runs at a time; what a client sends ahead waits here, and when that is more than `readAhead` in
/// the kernel. Confined to its server's loop, hence `@unchecked Sendable`.
final class ServerConnection: TCPConnectionDelegate, ClientConnection, @unchecked Sendable {
    enum Phase: UInt8 {
        /// Between requests; nothing of the next has come.
        case idle
        /// Part of a head has come, or the connection is new.
        case head
        /// A handler runs, or its response is being streamed.
        case handling
        /// The request was upgraded: bytes go through as they are, both ways.
        case tunnel
        /// The response has been written and the rest of the request's body is being thrown away.
        case discarding
        /// The response waits for a slow client; the next request is not looked at before it has gone.
        case flushing
        /// The last response has been written; what still comes is thrown away until the client closes.
        case lingering
        case closed
    }

    /// How much of the requests after the running one is kept.
    static let readAhead = 65_536
    /// How much of a request's body is read for nothing in order to keep the connection.
    static let worthDiscarding: Int64 = 65_536
    /// How many bytes of a response may wait for the client before its writer has to.
    static let highWater = 65_536

    let server: HTTPServer
    let tcp: TCPConnection
    /// The index in the server's list.
    var slot: Int
    var phase = Phase.head
    /// When the phase must have ended, in the loop's milliseconds.
    var deadline: UInt64
    private var parser: RequestParser
    /// Bytes that have come and were not consumed: a part of a head, or requests ahead.
    private var input: [UInt8] = []
    /// How much of `input` has been consumed; it moves up when that is a lot, not at every request.
    private var inputStart = 0
    private(set) var isPaused = false
    /// Whether the bytes so far may be the beginning of HTTP/2's preface.
    private var mayBeHTTP2: Bool
    private(set) var peerEnded = false
    private var remote: SocketAddress?

    // The running request.
    private var request: HTTPRequest?
    var incoming: IncomingBody?
    /// The task in which the handler runs.
    var runner: RequestRunners.Runner?
    var isHeadRequest = false
    var isVersion11 = true
    var offersUpgrade = false
    var keepsAlive = true
    var outgoing: OutgoingStream?
    var roomWaiter: CheckedContinuation<Void, any Error>?
    var tunnel: Tunnel?

    // How far the client is behind.
    private var queuedBefore = 0
    private var stuckSince: UInt64 = 0

    init(server: HTTPServer, tcp: TCPConnection, slot: Int) {
        self.server = server
        self.tcp = tcp
        self.slot = slot
        parser = RequestParser(limits: server.configuration.limits)
        mayBeHTTP2 = server.http2 != nil
        deadline = server.loop.now + server.configuration.headerTimeout.milliseconds
    }

    func start() {
        tcp.delegate = self
        tcp.startReading()
    }

    // Input.

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        guard phase != .closed, phase != .lingering else { return }
        if mayBeHTTP2, takePreface(bytes) { return }
        if input.isEmpty {
            let used = consume(bytes)
            if used < bytes.count { input.append(contentsOf: bytes[used...]) }
        } else {
            input.append(contentsOf: bytes)
            consumeInput()
        }
        pauseIfFull()
    }

    /// Looks for the preface of HTTP/2; false when the bytes are for the parser.
    private func takePreface(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch HTTP2Preface.match(input, bytes) {
        case .no:
            mayBeHTTP2 = false
            // Who has agreed to HTTP/2 begins with its preface (RFC 9113, 3.4).
            guard tcp.negotiatedProtocol == "h2" else { return false }
            tcp.close()
        case .begun:
            input.append(contentsOf: bytes)
        case .whole:
            phase = .closed
            HTTP2Connection.takeOver(self, input, bytes)
            input = []
        }
        return true
    }

    /// Forgets what was sent behind the last request.
    func dropInput() {
        input = []
        inputStart = 0
        tunnel?.body.fail(.connectionClosed)
        guard let incoming else { return }
        self.incoming = nil
        incoming.body.fail(.connectionClosed)
    }

    /// Goes on with bytes that were kept.
    func consumeInput() {
        // Taken out, because what is called from here may look at the connection again.
        var taken: [UInt8] = []
        swap(&taken, &input)
        let start = inputStart
        inputStart = 0
        let used = taken.withUnsafeBytes { start + consume(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        guard used < taken.count, phase != .lingering, phase != .closed else { return }
        if used > Self.readAhead / 2 {
            input = Array(taken[used...])
        } else {
            input = taken
            inputStart = used
        }
    }

    private var waitingInput: Int { input.count - inputStart }

    /// Takes what the phase allows and returns how many bytes it took.
    private func consume(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.withMemoryRebound(to: UInt8.self) { bytes in
            var at = 0
            while at < bytes.count {
                switch phase {
                case .idle, .head:
                    let rest = UnsafeBufferPointer(rebasing: bytes[at...])
                    switch parser.parse(rest.span) {
                    case .needMore:
                        beginHead()
                        return at
                    case .head(let head, let length):
                        at += length
                        begin(head)
                    case .refused(let refusal):
                        refuse(refusal.status)
                        return bytes.count
                    }
                case .handling, .discarding:
                    guard let incoming else { return at }
                    guard let next = receive(incoming, bytes.span, from: at) else { return bytes.count }
                    at = next
                case .flushing: return at
                case .tunnel:
                    let rest = UnsafeBufferPointer(rebasing: bytes[at...])
                    tunnel?.deliver(UnsafeRawBufferPointer(rest), at: server.loop.now)
                    return bytes.count
                case .lingering, .closed: return bytes.count
                }
            }
            return at
        }
    }

    private func beginHead() {
        guard phase == .idle else { return }
        phase = .head
        deadline = server.loop.now + server.configuration.headerTimeout.milliseconds
    }

    /// Takes a step of the body; returns where to go on, nil when all was consumed.
    private func receive(_ incoming: IncomingBody, _ bytes: Span<UInt8>, from start: Int) -> Int? {
        switch incoming.decoder.next(bytes, from: start) {
        case .needMore: return nil
        case .bytes(let range):
            incoming.count(range.count, at: server.loop.now)
            guard incoming.received <= server.configuration.maximumBody else {
                breakBody(incoming, .tooLarge)
                return nil
            }
            if !incoming.isDiscarded {
                bytes.withUnsafeBytes { incoming.body.deliver(UnsafeRawBufferPointer(rebasing: $0[range])) }
            }
            if incoming.decoder.remaining == 0 { endBody(incoming) }
            return range.upperBound
        case .end(let position):
            endBody(incoming)
            return position
        case .refused:
            breakBody(incoming, .malformed)
            return nil
        }
    }

    private func endBody(_ incoming: IncomingBody) {
        self.incoming = nil
        incoming.body.finish()
        if phase == .discarding { becomeIdle() }
    }

    /// The rest of the body cannot be found or will not come: the connection ends with this request.
    func breakBody(_ incoming: IncomingBody, _ error: HTTPBodyError) {
        self.incoming = nil
        keepsAlive = false
        input = []
        inputStart = 0
        incoming.body.fail(error)
        if phase == .discarding { closeGracefully() }
    }

    private func pauseIfFull() {
        guard !isPaused, phase != .lingering, phase != .closed else { return }
        let bodyIsFull = incoming.map { !$0.isDiscarded && !$0.body.wantsMore } ?? tunnel?.isFull ?? false
        guard bodyIsFull || phase != .head && waitingInput >= Self.readAhead else { return }
        isPaused = true
        tcp.pauseReading()
    }

    func resumeReading() {
        guard isPaused, !peerEnded else { return }
        isPaused = false
        incoming?.restartClock(at: server.loop.now)
        tcp.startReading()
    }

    func connectionDidReachEnd(_ connection: TCPConnection) {
        peerEnded = true
        switch phase {
        case .idle, .head, .discarding: tcp.close()
        case .lingering: if tcp.pendingBytes == 0 { tcp.close() }
        case .handling, .flushing:
            // Nobody who reads events closes a half, and without this a silent stream would outlive its reader.
            if outgoing?.isEventStream == true { return tcp.close() }
            // A client may close its half and still read the answers.
            guard let incoming else { return }
            breakBody(incoming, .connectionClosed)
        case .tunnel: tunnelDidReachEnd()
        case .closed: break
        }
    }

    // Requests.

    private func begin(_ head: HTTPRequestHead) {
        guard let remote = remote ?? tcp.peerAddress else { return tcp.close() }
        self.remote = remote
        phase = .handling
        isHeadRequest = head.method == .head
        isVersion11 = head.isVersion11
        keepsAlive = head.keepsAlive
        server.requestsSinceSweep += 1
        var body = server.noBody
        if head.framing != .none {
            if case .length(let length) = head.framing, length > server.configuration.maximumBody { return refuse(413) }
            body = beginBody(head)
        }
        var made = HTTPRequest(
            method: head.method, target: head.target, pathStart: head.pathStart, pathEnd: head.pathEnd,
            headers: head.headers, body: body, remote: remote)
        if head.upgradesToWebSocket { made.upgrade = "websocket" }
        offersUpgrade = head.upgradesToWebSocket
        made.isSecure = tcp.isSecure
        request = made
        server.runners.run(self)
    }

    /// The request for its handler; nil when nobody waits for the answer any more.
    func takeRequest(for runner: RequestRunners.Runner) -> HTTPRequest? {
        var taken: HTTPRequest?
        swap(&taken, &request)
        guard phase == .handling else { return nil }
        self.runner = runner
        taken?.loss = runner.loss
        return taken
    }

    private func beginBody(_ head: HTTPRequestHead) -> HTTPBody {
        var declared: Int64?
        if case .length(let length) = head.framing { declared = length }
        let body = HTTPBody(declaredLength: declared) { [self] in bodyIsWanted() }
        body.interruptionLoop = server.loop
        incoming = IncomingBody(
            body: body, decoder: BodyDecoder(head.framing, limits: server.configuration.limits),
            awaitsContinue: head.expectsContinue, now: server.loop.now)
        return body
    }

    /// The handler waits for more of the body.
    private func bodyIsWanted() {
        guard let incoming else { return }
        if incoming.awaitsContinue, phase == .handling, outgoing == nil {
            incoming.awaitsContinue = false
            incoming.restartClock(at: server.loop.now)
            server.output.reset()
            server.output.append("HTTP/1.1 100 Continue\r\n\r\n")
            tcp.write(server.output.bytes)
        }
        resumeReading()
    }

    /// The request is over: takes the next one, which may be here already.
    func becomeIdle() {
        guard phase != .closed else { return }
        phase = .idle
        deadline = server.loop.now + server.idleMilliseconds
        if !input.isEmpty { consumeInput() }
        if peerEnded, phase == .idle || phase == .head { return tcp.close() }
        if phase == .idle || phase == .head || waitingInput < Self.readAhead { resumeReading() }
    }

    // Time.

    /// Looks at the limits of the phase; called by the server's sweep.
    func checkTimes(at now: UInt64) {
        switch phase {
        case .idle: if now >= deadline { return tcp.close() }
        case .head:
            // A new connection that sent nothing is not told anything.
            if now >= deadline { return input.isEmpty ? tcp.close() : refuse(408) }
        case .lingering: if now >= deadline, tcp.pendingBytes == 0 { return tcp.close() }
        case .tunnel: if checkTunnelIdle(at: now) { return }
        case .handling, .discarding, .flushing, .closed: break
        }
        if let incoming, !isPaused,
            incoming.isTooSlow(
                at: now, idle: server.configuration.bodyIdle.milliseconds,
                minimumRate: server.configuration.bodyMinimumRate)
        {
            breakBody(incoming, .timedOut)
        }
        flushPendingHead()
        checkStuckReader(at: now)
    }

    private func checkStuckReader(at now: UInt64) {
        let queued = tcp.queuedBytes
        guard queued > 0, queued == queuedBefore else {
            queuedBefore = queued
            stuckSince = now
            return
        }
        guard now >= stuckSince + server.configuration.writerStuck.milliseconds else { return }
        server.logger.info("Client that read nothing was dropped", [.int("http.queued_bytes", queued)])
        tcp.close()
    }

    // The end.

    func connection(_ connection: TCPConnection, didClose error: IOError?) {
        phase = .closed
        server.remove(self)
        dropInput()
        resumeWriter()
        runner?.cancel()
        runner = nil
    }

    /// On a graceful stop: the next answer will say that it is the last.
    func beginDrain() {}

    /// On a graceful stop: nothing is lost by closing here.
    func closeIfIdle() {
        guard phase == .idle || phase == .head && input.isEmpty else { return }
        guard server.configuration.tellsUnread else { return tcp.close() }
        server.output.reset()
        HTTPUnread.append(to: server.output)
        tcp.write(server.output.bytes)
        closeGracefully()
    }

    /// The time of a graceful stop is over.
    func abandon() { tcp.close() }
}
