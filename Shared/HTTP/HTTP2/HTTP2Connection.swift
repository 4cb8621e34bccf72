import CNghttp2
import IO
import Telemetry

/// One client connection that speaks HTTP/2: nghttp2 keeps the state of frames, windows and HPACK, each request is an
/// `HTTP2Stream`, and handlers run as those of HTTP/1.1 do.
///
/// What nghttp2 leaves open is decided here: heads by `HTTP2Head`, floods by `HTTP2FloodGuard`, times by `checkTimes`.
/// Answers gather until the end of the loop's turn, and no more of them is taken out of the streams than the client
/// reads. Confined to its server's loop, hence `@unchecked Sendable`.
final class HTTP2Connection: TCPConnectionDelegate, ClientConnection, @unchecked Sendable {
    enum Phase: UInt8 {
        case open
        /// The client was told that no more requests are wanted; those that it has sent are answered.
        case leaving
        /// Everything has been said; what still comes is thrown away until the client closes.
        case lingering
        case closed
    }

    /// How many bytes may wait for the kernel.
    static let highWater = 65_536
    /// How many bytes of all streams may wait for the client before writers have to, but for a little of each.
    static let queuedHighWater = 262_144
    /// One frame more than this fills the server's output buffer.
    private static let fullOutput = 65_536 - 16_384 - 64

    let server: HTTPServer
    let sessions: HTTP2Sessions
    let tcp: TCPConnection
    let remote: SocketAddress
    var slot: Int
    var phase = Phase.open
    private(set) var session: OpaquePointer?
    private(set) var streams: [HTTP2Stream] = []
    /// Handlers that run, also for streams that are gone.
    var running = 0
    /// Bytes in the streams that wait to be framed.
    var queued = 0
    /// Writers that wait for room.
    var waiting = 0
    /// When the client must have sent its first SETTINGS, its next request, or have closed.
    var deadline: UInt64
    var hasSettings = false
    /// Since when there has been a frame, or a header block, whose end has not come.
    var frameSince: UInt64?
    /// The head whose fields are coming; the connection gives it back to the server's.
    var head: UnsafeMutablePointer<HTTP2Head>?
    var floods: HTTP2FloodGuard
    var closed = HTTP2ClosedStreams()
    private var scanner = HTTP2FrameScanner()
    /// The largest window of any stream when SETTINGS came.
    var largestWindow: Int64 = 0
    var initialWindow: Int64 = 65_535
    private var isMarked = false
    private var isFlushing = false
    private var peerEnded = false
    private var goesGently = false
    private var queuedBefore = 0
    private var stuckSince: UInt64 = 0

    private init?(_ server: HTTPServer, _ tcp: TCPConnection, slot: Int) {
        guard let sessions = server.http2, let remote = tcp.peerAddress else { return nil }
        self.server = server
        self.sessions = sessions
        self.tcp = tcp
        self.remote = remote
        self.slot = slot
        deadline = server.loop.now + server.configuration.headerTimeout.milliseconds
        floods = HTTP2FloodGuard(sessions.limits, now: server.loop.now)
        guard let session = sessions.makeSession(for: self) else { return nil }
        self.session = session
    }

    deinit {
        if let session { nghttp2_session_del(session) }
    }

    /// Goes on with a connection that has sent the preface: `before` and `now` are all its bytes.
    static func takeOver(_ old: ServerConnection, _ before: [UInt8], _ now: UnsafeRawBufferPointer) {
        guard let connection = HTTP2Connection(old.server, old.tcp, slot: old.slot) else {
            old.server.remove(old)
            return old.tcp.close()
        }
        old.server.replace(old, by: connection)
        old.tcp.delegate = connection
        connection.sendSettings()
        if !before.isEmpty { before.withUnsafeBytes { connection.receive($0) } }
        connection.receive(now)
    }

    private func sendSettings() {
        let limits = sessions.limits
        let head = server.configuration.limits.head
        var settings = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, head),
            entry(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1),
        ]
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
        nghttp2_session_set_local_window_size(session, 0, 0, Int32(limits.connectionWindow))
        mark()
    }

    private func entry(_ name: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(name.rawValue), value: UInt32(value))
    }

    // Input.

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) { receive(bytes) }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard phase == .open || phase == .leaving else { return }
        var fed = 0
        var at = 0
        // A copy, since each touch of a field is checked for exclusive access.
        var scanner = scanner
        while let end = scanner.next(bytes, from: at) {
            // Whether a stream is still there shows when everything before has been taken.
            if scanner.header.type == UInt8(NGHTTP2_DATA.rawValue), end - 9 > fed {
                guard feed(bytes[fed..<end - 9]) else { return }
                fed = end - 9
            }
            guard allows(scanner.header) else { return }
            at = end
        }
        self.scanner = scanner
        guard feed(bytes[fed...]) else { return }
        if scanner.isBetweenFrames { frameSince = nil } else if frameSince == nil { frameSince = server.loop.now }
        mark()
    }

    /// Hands bytes to nghttp2; false when the connection is over.
    private func feed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard phase == .open || phase == .leaving, let session else { return false }
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        let used = nghttp2_session_mem_recv(
            session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        guard used < 0 else { return phase == .open || phase == .leaving }
        breakOff(used == Int(NGHTTP2_ERR_FLOODED.rawValue) ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR)
        return false
    }

    func connectionDidReachEnd(_ connection: TCPConnection) {
        peerEnded = true
        // Nothing that is asked on this connection can be taken back, or given room, any more.
        if phase == .lingering, tcp.pendingBytes > 0 { return }
        tcp.close()
    }

    // Output.

    /// Has what there is to say leave at the end of the loop's turn.
    func mark() {
        guard !isMarked else { return }
        isMarked = true
        sessions.mark(self)
    }

    /// Frames what the client has room for, and gives it to the kernel while that takes everything.
    func flush() {
        isMarked = false
        guard phase == .open || phase == .leaving, !isFlushing, let session else { return }
        isFlushing = true
        let output = server.output
        repeat {
            output.reset()
            while output.count < Self.fullOutput {
                var bytes: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(session, &bytes)
                guard count >= 0 else {
                    isFlushing = false
                    return tcp.close()
                }
                guard count > 0 else { break }
                output.append(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            guard output.count > 0 else { break }
            tcp.write(output.bytes)
        } while tcp.isOpen && tcp.pendingBytes == 0
        isFlushing = false
        giveRoom()
        closeWhenDone()
    }

    /// Wakes the writers that have room again.
    private func giveRoom() {
        guard waiting > 0 else { return }
        for stream in streams { stream.resumeWriterIfRoom() }
    }

    private func closeWhenDone() {
        guard let session, tcp.isOpen else { return }
        if goesGently, streams.isEmpty, nghttp2_session_want_write(session) == 0 { return linger() }
        guard nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 else { return }
        linger()
    }

    func connectionDidDrain(_ connection: TCPConnection) {
        if phase == .lingering {
            deadline = server.loop.now + server.configuration.linger.milliseconds
            if peerEnded { tcp.close() }
            return
        }
        flush()
    }

    // The end.

    /// Ends the connection for what the client did; the streams end with it.
    func breakOff(_ code: nghttp2_error_code) {
        guard phase == .open || phase == .leaving else { return }
        let last = session.map { nghttp2_session_get_last_proc_stream_id($0) } ?? 0
        // Written by hand: the session may be in the middle of a call, or broken.
        var frame: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0]
        for word in [UInt32(bitPattern: last), code.rawValue] {
            for shift in [24, 16, 8, 0] as [UInt32] { frame.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        server.logger.info("HTTP/2 client was sent away", [.int("http.error_code", Int(code.rawValue))])
        frame.withUnsafeBytes { tcp.write($0) }
        linger()
    }

    /// Sends FIN behind what was written and reads on for a while, as HTTP/1.1 does.
    private func linger() {
        guard phase != .lingering, phase != .closed else { return }
        phase = .lingering
        endStreams()
        deadline = server.loop.now + server.configuration.linger.milliseconds
        if peerEnded, tcp.pendingBytes == 0 { return tcp.close() }
        tcp.shutdown()
    }

    private func endStreams() {
        let ended = streams
        streams = []
        for stream in ended { stream.close() }
    }

    func connection(_ connection: TCPConnection, didClose error: IOError?) {
        phase = .closed
        server.remove(self)
        endStreams()
        if let session { nghttp2_session_del(session) }
        session = nil
        if let head { sessions.giveBack(head) }
        head = nil
    }

    /// Says GOAWAY with the last stream that will be answered, and closes behind the last answer.
    func leave() {
        guard phase == .open || phase == .leaving, !goesGently, let session else { return }
        phase = .leaving
        goesGently = true
        nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            NGHTTP2_NO_ERROR.rawValue, nil, 0)
        mark()
    }

    // A stop, first notice and then last word, so that requests on their way are not lost (RFC 9113, 6.8).

    func beginDrain() {
        guard phase == .open, let session else { return }
        phase = .leaving
        nghttp2_submit_shutdown_notice(session)
        mark()
    }

    func closeIfIdle() { leave() }

    func endTunnel() {
        for stream in streams.reversed() { stream.endTunnel() }
    }

    func abandon() { tcp.close() }

    // Streams.

    func add(_ stream: HTTP2Stream) {
        stream.slot = streams.count
        streams.append(stream)
        // The stream stays in `streams` for as long as nghttp2 has the pointer.
        nghttp2_session_set_stream_user_data(session, stream.id, Unmanaged.passUnretained(stream).toOpaque())
    }

    /// The open stream of an identifier.
    func stream(_ id: Int32) -> HTTP2Stream? {
        guard let session, let found = nghttp2_session_get_stream_user_data(session, id) else { return nil }
        // nghttp2 has the pointer while the stream is in `streams`.
        return Unmanaged<HTTP2Stream>.fromOpaque(found).takeUnretainedValue()
    }

    func remove(_ stream: HTTP2Stream) {
        let slot = stream.slot
        guard slot < streams.count, streams[slot] === stream else { return }
        let last = streams.removeLast()
        if last !== stream {
            streams[slot] = last
            last.slot = slot
        }
        guard streams.isEmpty, phase == .open else { return }
        deadline = server.loop.now + server.configuration.keepAliveIdle.milliseconds
    }

    // Time.

    func checkTimes(at now: UInt64) {
        switch phase {
        case .open, .leaving:
            if let frameSince, now >= frameSince + server.configuration.headerTimeout.milliseconds {
                return breakOff(NGHTTP2_ENHANCE_YOUR_CALM)
            }
            if streams.isEmpty, phase == .open, now >= deadline {
                if !hasSettings { return breakOff(NGHTTP2_SETTINGS_TIMEOUT) }
                leave()
            }
        case .lingering: if now >= deadline, tcp.pendingBytes == 0 { return tcp.close() }
        case .closed: return
        }
        for stream in streams.reversed() { stream.checkTimes(at: now) }
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
}
