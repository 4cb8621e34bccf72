import HTTP
import IO

/// One connection to a service and the exchange that runs on it; at most one at a time.
///
/// Confined to the client's loop. Reads also while it is idle, so that a service's closing is seen before the next use.
final class UpstreamConnection: TCPConnectionDelegate, RequestLossListener, @unchecked Sendable {
    private enum Receiving {
        case idle
        case head
        case body(BodyDecoder)
        case closed
    }

    let tcp: TCPConnection
    private let pool: EndpointPool
    private let loop: EventLoop
    /// Where it stands among the pool's connections.
    var place: Int
    /// Counts exchanges, so that what is left of an earlier one does nothing to the next.
    private(set) var number: UInt64 = 0
    /// When to give up what is going on, in the loop's milliseconds.
    private(set) var deadline = UInt64.max
    /// Whether anything of the current request was written.
    private(set) var hasWritten = false
    /// Whether any byte of the current answer has come.
    private(set) var hasAnswered = false
    /// Whether the service closed the connection before it read the current request, and said so.
    private var wasUnread = false

    private var receiving = Receiving.idle
    private var parser = ResponseParser(requestMethod: .get)
    /// The bytes of a head that came in more than one piece.
    private var partial: [UInt8] = []
    private var upgrade: WebSocketKey?
    /// How long a body may stand still, in milliseconds.
    private var bodyIdle: UInt64 = 0
    private var headWaiter: UnsafeContinuation<HTTPClientResponse, any Error>?
    /// Whom `headWaiter` works for.
    private var loss: RequestLoss?
    /// Weak: the reader's reference keeps the exchange going.
    private weak var body: HTTPBody?
    private var keepsAlive = false
    private var endsWithConnection = false
    private var headDeadline: UInt64 = 0
    /// The task that passes on a streamed request body, until it is done.
    private var upload: Task<Void, Never>?
    private var drainWaiter: UnsafeContinuation<Bool, Never>?

    init(_ tcp: TCPConnection, pool: EndpointPool, place: Int) {
        self.tcp = tcp
        self.pool = pool
        self.place = place
        loop = pool.loop
        tcp.delegate = self
        tcp.startReading()
    }

    var wasUsed: Bool { number > 0 }

    private var isClosed: Bool {
        if case .closed = receiving { true } else { false }
    }

    // Sending.

    /// Sends one request, to whose answer somebody then waits: it cannot come before, since both run on the loop.
    func send(_ request: HTTPClientRequest, deadline: UInt64) throws {
        number &+= 1
        hasWritten = false
        hasAnswered = false
        wasUnread = false
        guard !isClosed else { throw HTTPClientError.connectionClosed }
        guard !(request.loss?.hasHappened ?? Task.isCancelled) else {
            becomeIdle()
            throw CancellationError()
        }
        guard begin(request, deadline) else { throw HTTPClientError.invalidRequest }
    }

    /// Has the continuation resumed with the head of the answer, exactly once.
    func wait(for continuation: UnsafeContinuation<HTTPClientResponse, any Error>) {
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        guard !isClosed else { return continuation.resume(throwing: HTTPClientError.connectionClosed) }
        headWaiter = continuation
    }

    /// The same for an exchange that ends when nobody waits for it any more.
    func wait(for continuation: UnsafeContinuation<HTTPClientResponse, any Error>, _ loss: RequestLoss) {
        guard !isClosed else { return continuation.resume(throwing: HTTPClientError.connectionClosed) }
        headWaiter = continuation
        self.loss = loss
        loss.listen(self, number)
    }

    func requestWasLost(_ number: UInt64) { cancel(number) }

    /// How far the request that failed can have come.
    func reach(of error: HTTPClientError, wasReused: Bool) -> HTTPAttemptFailure.Reach {
        guard error == .connectionClosed else { return error.isBeforeSending ? .nothing : .handler }
        if !hasWritten { return .nothing }
        if wasUnread { return .unread }
        if hasAnswered { return .handler }
        return wasReused ? .deadConnection : .lostConnection
    }

    /// Writes the request; false when it could not be written safely.
    private func begin(_ request: HTTPClientRequest, _ milliseconds: UInt64) -> Bool {
        hasWritten = true
        headDeadline = milliseconds
        parser = ResponseParser(requestMethod: request.method)
        receiving = .head
        upgrade = request.upgrade
        bodyIdle = request.bodyIdle.map { UInt64($0.milliseconds) } ?? pool.bodyIdleMilliseconds
        let isWritten =
            switch request.body {
            case .empty where request.upgrade != nil: writeUpgrade(request)
            case .empty: withHead(of: request, Self.emptyFraming(request.method)) { tcp.write($0) }
            case .bytes(let bytes):
                withHead(of: request, .length(Int64(bytes.count))) { head in
                    bytes.withUnsafeBytes { tcp.write(head, $0) }
                }
            case .stream(let body): startUpload(body, of: request)
            }
        guard isWritten else {
            // Nothing was sent: the connection is as good as before.
            becomeIdle()
            return false
        }
        if upload == nil { wait(milliseconds) }
        return true
    }

    private func withHead(
        of request: HTTPClientRequest, _ framing: HTTPBodyFraming, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        RequestEncoder.withHead(
            request.method, target: request.target, headers: request.headers, lines: request.lines, host: pool.host,
            framing: framing, in: pool.room, body)
    }

    private func writeUpgrade(_ request: HTTPClientRequest) -> Bool {
        guard let key = request.upgrade, !request.headers.contains("sec-websocket-key") else { return false }
        let fields = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: \(key.text)\r\n\r\n"
        return withHead(of: request, .none) { head in
            // In place of the empty line that ends the head.
            Array(fields.utf8).withUnsafeBytes { tcp.write(UnsafeRawBufferPointer(rebasing: head.dropLast(2)), $0) }
        }
    }

    /// A POST without a body says so, or a server may refuse it with 411.
    private static func emptyFraming(_ method: HTTPMethod) -> HTTPBodyFraming {
        switch method {
        case .post, .put, .patch: .length(0)
        default: .none
        }
    }

    private func wait(_ milliseconds: UInt64) {
        deadline = loop.now + milliseconds
        pool.sweep(by: deadline)
    }

    private func waitForBody() { wait(bodyIdle) }

    private func startUpload(_ body: HTTPBody, of request: HTTPClientRequest) -> Bool {
        let framing: HTTPBodyFraming = body.declaredLength.map { .length($0) } ?? .chunked
        var head: [UInt8] = []
        guard withHead(of: request, framing, { head = [UInt8]($0) }) else { return false }
        let number = self.number
        // The client's own pace is its server's business: only what the service holds up is timed here.
        deadline = .max
        upload = loop.spawn { [head] in await self.pass(on: body, after: head, number: number) }
        return true
    }

    /// Writes the head with the first piece, then piece by piece as fast as the service reads.
    private func pass(on body: HTTPBody, after head: [UInt8], number: UInt64) async {
        let isChunked = body.declaredLength == nil
        var prefix = head
        var hasChunk = false
        do {
            while let piece = try await body.next() {
                guard self.number == number, tcp.isOpen else { return }
                if isChunked {
                    if hasChunk { prefix = [0x0d, 0x0a] }
                    prefix += Array(String(piece.count, radix: 16).utf8) + [0x0d, 0x0a]
                    hasChunk = true
                }
                prefix.withUnsafeBytes { first in piece.withUnsafeBytes { tcp.write(first, $0) } }
                prefix = []
                if tcp.pendingBytes > 0, await !drained(number) { return }
            }
        } catch {
            guard self.number == number else { return }
            upload = nil
            return fail(.requestBodyFailed)
        }
        guard self.number == number, tcp.isOpen else { return }
        if isChunked { prefix += Array((hasChunk ? "\r\n0\r\n\r\n" : "0\r\n\r\n").utf8) }
        if !prefix.isEmpty { prefix.withUnsafeBytes { tcp.write($0) } }
        upload = nil
        if headWaiter != nil { wait(headDeadline) } else if case .body = receiving { waitForBody() }
    }

    /// Waits until the kernel has taken what was written; false when the exchange is over.
    private func drained(_ number: UInt64) async -> Bool {
        waitForBody()
        let isOpen = await withUnsafeContinuation { drainWaiter = $0 }
        guard isOpen, self.number == number else { return false }
        deadline = .max
        return true
    }

    private func wakeUpload(_ isOpen: Bool) {
        let waiter = drainWaiter
        drainWaiter = nil
        waiter?.resume(returning: isOpen)
    }

    func connectionDidDrain(_ connection: TCPConnection) { wakeUpload(true) }

    // Receiving.

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        hasAnswered = true
        switch receiving {
        case .closed: break
        // Nobody asked: what follows could be taken for the answer to the next request.
        case .idle: close()
        case .head: receiveHead(bytes)
        case .body: receiveBody(bytes, from: 0)
        }
    }

    private func receiveHead(_ bytes: UnsafeRawBufferPointer) {
        guard !partial.isEmpty else { return parseHead(bytes) }
        partial.append(contentsOf: bytes)
        var whole: [UInt8] = []
        swap(&whole, &partial)
        whole.withUnsafeBytes { parseHead($0) }
    }

    /// Parses what is there from the head's first byte on; keeps it when the head is not complete.
    private func parseHead(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while true {
            switch parser.parse(rest.assumingMemoryBound(to: UInt8.self).span) {
            case .needMore:
                partial = [UInt8](rest)
                return
            case .refused: return fail(.malformedResponse)
            case .head(let head, let length):
                rest = UnsafeRawBufferPointer(rebasing: rest[length...])
                if head.isInterim {
                    if rest.isEmpty { return }
                    continue
                }
                if head.status == 101 { return deliverTunnel(head, rest) }
                return deliver(head, rest)
            }
        }
    }

    private func deliver(_ head: HTTPResponseHead, _ rest: UnsafeRawBufferPointer) {
        if head.status == 408, head.headers.contains(HTTPUnread.name) {
            wasUnread = true
            return close()
        }
        keepsAlive = head.keepsAlive
        if !keepsAlive { pool.closeIdle() }
        endsWithConnection = head.framing == .untilClose
        let waiter = takeHeadWaiter()
        switch head.framing {
        case .none:
            waiter?.resume(returning: HTTPClientResponse(status: head.status, headers: head.headers, body: pool.noBody))
            return complete(hasMore: !rest.isEmpty)
        case .length(let length) where Int64(rest.count) >= length:
            // All of it came with the head: the common case, without a stream's bookkeeping.
            let body = HTTPBody(bytes: [UInt8](rest[..<(rest.startIndex + Int(length))]))
            waiter?.resume(returning: HTTPClientResponse(status: head.status, headers: head.headers, body: body))
            return complete(hasMore: Int64(rest.count) > length)
        case .length, .chunked, .untilClose: break
        }
        let lease = ExchangeLease(self, number: number)
        var length: Int64?
        if case .length(let declared) = head.framing { length = declared }
        let body = HTTPBody(declaredLength: length) { lease.resumeReading() }
        body.interruptionLoop = loop
        self.body = body
        receiving = .body(BodyDecoder(head.framing))
        if upload == nil { waitForBody() }
        waiter?.resume(returning: HTTPClientResponse(status: head.status, headers: head.headers, body: body))
        receiveBody(rest, from: 0)
    }

    /// The service goes on with the protocol that was offered: the connection is the caller's and never this pool's again.
    private func deliverTunnel(_ head: HTTPResponseHead, _ rest: UnsafeRawBufferPointer) {
        guard let upgrade, UpstreamTunnel.isAgreed(head.headers, key: upgrade), let waiter = takeHeadWaiter() else {
            return fail(.malformedResponse)
        }
        receiving = .closed
        deadline = .max
        pool.remove(self)
        let (body, writer) = UpstreamTunnel.open(tcp, rest)
        waiter.resume(
            returning: HTTPClientResponse(status: head.status, headers: head.headers, body: body, writer: writer))
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer, from start: Int) {
        // Taken out and put back, so that the decoder is not copied.
        guard case .body(var decoder) = receiving, let body else { return close() }
        receiving = .idle
        var at = start
        let span = bytes.assumingMemoryBound(to: UInt8.self).span
        while true {
            switch decoder.next(span, from: at) {
            case .bytes(let range):
                body.deliver(UnsafeRawBufferPointer(rebasing: bytes[range]))
                at = range.upperBound
                continue
            case .needMore:
                receiving = .body(decoder)
                if body.wantsMore {
                    if upload == nil { deadline = loop.now + bodyIdle }
                } else {
                    // The reader's pace is not the service's fault.
                    tcp.pauseReading()
                    deadline = .max
                }
            case .end(let end):
                self.body = nil
                body.finish()
                complete(hasMore: end < bytes.count)
            case .refused:
                body.fail(.malformed)
                close()
            }
            return
        }
    }

    /// The answer is complete: the connection is free again, unless the request is not or something follows.
    private func complete(hasMore: Bool) {
        guard keepsAlive, !hasMore, upload == nil, tcp.isOpen, tcp.pendingBytes == 0 else { return close() }
        becomeIdle()
    }

    private func becomeIdle() {
        receiving = .idle
        tcp.startReading()
        deadline = loop.now + pool.idleMilliseconds
        pool.release(self)
    }

    /// The reader of the body waits.
    fileprivate func resumeReading(_ number: UInt64) {
        guard self.number == number, case .body = receiving else { return }
        tcp.startReading()
        if deadline == .max, upload == nil { waitForBody() }
    }

    // The end.

    private func takeHeadWaiter() -> UnsafeContinuation<HTTPClientResponse, any Error>? {
        let waiter = headWaiter
        headWaiter = nil
        loss?.forget()
        loss = nil
        return waiter
    }

    func cancel(_ number: UInt64) {
        guard self.number == number else { return }
        switch receiving {
        case .head:
            takeHeadWaiter()?.resume(throwing: CancellationError())
            close()
        case .body: close()
        case .idle, .closed: break
        }
    }

    /// The body that was being read has no reader any more.
    fileprivate func abandonBody(_ number: UInt64) {
        guard self.number == number, case .body = receiving else { return }
        close()
    }

    func expire() {
        if case .body = receiving { body?.fail(.timedOut) }
        fail(.deadlineExceeded)
    }

    private func fail(_ error: HTTPClientError) {
        takeHeadWaiter()?.resume(throwing: error)
        close()
    }

    /// Closes at once, whatever goes on.
    func close() {
        guard !isClosed else { return }
        receiving = .closed
        deadline = .max
        takeHeadWaiter()?.resume(throwing: HTTPClientError.connectionClosed)
        body?.fail(.connectionClosed)
        body = nil
        upload?.cancel()
        upload = nil
        wakeUpload(false)
        pool.remove(self)
        tcp.close()
    }

    func connectionDidReachEnd(_ connection: TCPConnection) {
        if case .body = receiving, endsWithConnection { body?.finish() }
        close()
    }

    func connection(_ connection: TCPConnection, didClose error: IOError?) { close() }
}

/// Held by the body of an answer: ends the exchange when nobody wants the rest any more.
///
/// Sendable because the connection is confined to its loop, which the end is handed to.
private final class ExchangeLease: Sendable {
    private let connection: UpstreamConnection
    private let number: UInt64

    init(_ connection: UpstreamConnection, number: UInt64) {
        self.connection = connection
        self.number = number
    }

    deinit {
        let (connection, number) = (self.connection, self.number)
        connection.tcp.loop.execute { connection.abandonBody(number) }
    }

    func resumeReading() { connection.resumeReading(number) }
}
