import COpenSSL
import Glibc
import IO

/// TLS between one socket and its connection's delegate.
///
/// Held by the connection as its filter; confined to its loop.
final class TLSConnection: ConnectionFilter {
    private enum Phase {
        case handshake
        case open
        /// What still comes is thrown away, so that the peer can read the alert.
        case failed
    }

    /// What a delegate may write before the handshake has ended.
    private static let longestEarlyOutput = 65_536
    /// Plaintext that is encrypted before it is given to the kernel.
    private static let pieceSize = 65_536
    /// How long a connection that failed may keep the peer's last bytes coming.
    private static let linger = Duration.seconds(1)

    private let acceptor: TLSAcceptor
    private let buffers: LoopBuffers
    private let ssl: OpaquePointer
    private var phase = Phase.handshake
    /// Ciphertext that came while the delegate reads nothing.
    private var held: [UInt8] = []
    /// Written by the delegate before the handshake has ended.
    private var early: [UInt8] = []
    private var hasReceived = false
    private var peerEnded = false
    private var endDelivered = false
    private var saidFarewell = false
    private var isResuming = false
    private(set) var negotiatedProtocol: String?

    /// Nil when there is no memory for it.
    init?(_ acceptor: TLSAcceptor) {
        guard let ssl = SSL_new(acceptor.server.context) else {
            ERR_clear_error()
            return nil
        }
        self.acceptor = acceptor
        self.ssl = ssl
        buffers = acceptor.buffers
        SSL_set_accept_state(ssl)
        buffers.attach(to: ssl)
    }

    deinit { SSL_free(ssl) }

    var isSecure: Bool { true }

    // From the socket.

    func connection(_ connection: TCPConnection, didReceive bytes: UnsafeRawBufferPointer) {
        guard phase != .failed, !endDelivered else { return }
        if held.isEmpty { return take(bytes, connection) }
        held.append(contentsOf: bytes)
        takeHeld(connection)
    }

    func connectionDidReceiveEnd(_ connection: TCPConnection) {
        peerEnded = true
        switch phase {
        case .failed: connection.close(error: IOError("tls", code: -Int32(EPROTO)))
        case .handshake: endForDelegate(connection)
        // HTTP tells by its own framing whether a message is whole, so a missing close_notify is like any other end.
        case .open: if held.isEmpty, SSL_pending(ssl) == 0 { endForDelegate(connection) }
        }
    }

    func holdsBytes(for connection: TCPConnection) -> Bool {
        guard phase == .open, !endDelivered else { return endDelivered }
        guard !held.isEmpty || SSL_pending(ssl) > 0 || peerEnded else { return false }
        guard !isResuming else { return true }
        isResuming = true
        // Not from within the delegate's own call.
        connection.loop.timer(after: .zero) { [self] in
            isResuming = false
            guard connection.isOpen, connection.isReading, phase == .open else { return }
            takeHeld(connection)
        }
        return true
    }

    private func takeHeld(_ connection: TCPConnection) {
        var taken: [UInt8] = []
        swap(&taken, &held)
        taken.withUnsafeBytes { take($0, connection) }
        guard held.isEmpty, connection.isOpen, connection.isReading, phase == .open, !endDelivered else { return }
        if peerEnded { return endForDelegate(connection) }
        connection.readSocket()
    }

    private func endForDelegate(_ connection: TCPConnection) {
        guard !endDelivered else { return }
        endDelivered = true
        connection.deliverEnd()
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ connection: TCPConnection) {
        if !hasReceived, let first = bytes.first {
            hasReceived = true
            // A TLS record begins with its type, 22; an upper-case letter begins a request in clear.
            if (0x41...0x5a).contains(first) { return refusePlaintext(connection) }
        }
        buffers.begin(bytes)
        if phase == .handshake, !handshake(connection) { return }
        read(connection)
    }

    /// Whether the handshake has ended well.
    private func handshake(_ connection: TCPConnection) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        guard result == 1 else {
            let status = SSL_get_error(ssl, result)
            if status == SSL_ERROR_WANT_READ { flush(connection) } else { fail(connection) }
            return false
        }
        phase = .open
        negotiatedProtocol = chosenProtocol()
        acceptor.meters.record(ssl)
        flush(connection)
        if !early.isEmpty {
            let waiting = early
            early = []
            waiting.withUnsafeBytes { encrypt($0, connection) }
            flush(connection)
        }
        return connection.isOpen
    }

    private func chosenProtocol() -> String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    private func read(_ connection: TCPConnection) {
        while connection.isOpen, phase == .open, !endDelivered {
            guard connection.isReading else {
                held = Array(buffers.rest)
                return
            }
            var count = 0
            var result: Int32 = 1
            ERR_clear_error()
            while count < LoopBuffers.plainSize {
                // Most reads bring one record: asking for another would cost as much again.
                if count > 0, buffers.rest.isEmpty, SSL_pending(ssl) == 0 { break }
                result = SSL_read(ssl, buffers.plain + count, Int32(LoopBuffers.plainSize - count))
                guard result > 0 else { break }
                count += Int(result)
            }
            let isDrained = result > 0 && count < LoopBuffers.plainSize
            let status = isDrained ? SSL_ERROR_WANT_READ : result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, result)
            // The delegate's own calls use the same buffers.
            let rest = buffers.rest
            flush(connection)
            if count > 0 { connection.deliver(UnsafeRawBufferPointer(start: buffers.plain, count: count)) }
            buffers.begin(rest)
            switch status {
            case SSL_ERROR_NONE: continue
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN: return finishReading(connection)
            default: return fail(connection)
            }
        }
    }

    /// The peer's close_notify came.
    private func finishReading(_ connection: TCPConnection) {
        peerEnded = true
        guard connection.isOpen else { return }
        // With the delegate at rest, `holdsBytes` brings the end later.
        if connection.isReading { endForDelegate(connection) }
    }

    // To the socket.

    func connection(
        _ connection: TCPConnection, write first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) {
        switch phase {
        case .open:
            encrypt(first, connection)
            encrypt(second, connection)
            flush(connection)
        case .handshake:
            guard early.count + first.count + second.count <= Self.longestEarlyOutput else {
                return connection.close(error: IOError("tls", code: -Int32(ENOBUFS)))
            }
            early += first
            early += second
        case .failed: break
        }
    }

    private func encrypt(_ bytes: UnsafeRawBufferPointer, _ connection: TCPConnection) {
        var at = 0
        while at < bytes.count, connection.isOpen {
            let count = min(Self.pieceSize, bytes.count - at)
            ERR_clear_error()
            let result = SSL_write(ssl, bytes.baseAddress?.advanced(by: at), Int32(count))
            guard result > 0 else { return fail(connection) }
            at += Int(result)
            if at < bytes.count { flush(connection) }
        }
    }

    private func flush(_ connection: TCPConnection) {
        let bytes = buffers.outgoing
        guard !bytes.isEmpty else { return }
        connection.send(bytes)
        buffers.clearOutgoing()
    }

    // The end.

    func connectionWillEnd(_ connection: TCPConnection) {
        guard phase == .open, !saidFarewell else { return }
        saidFarewell = true
        ERR_clear_error()
        // One direction: the peer's answer is not waited for.
        if SSL_shutdown(ssl) < 0 { ERR_clear_error() }
        flush(connection)
    }

    /// Sends what OpenSSL has to say about it, and lets the peer read that.
    private func fail(_ connection: TCPConnection) {
        if phase == .handshake { acceptor.meters.countFailure() }
        ERR_clear_error()
        phase = .failed
        held = []
        early = []
        flush(connection)
        closeSoon(connection)
    }

    private func refusePlaintext(_ connection: TCPConnection) {
        acceptor.meters.countFailure()
        phase = .failed
        acceptor.server.settings.answerInClear.withUnsafeBytes { connection.send($0) }
        closeSoon(connection)
    }

    /// Closing a socket with unread input would reset the connection, and the reset can overtake the alert.
    private func closeSoon(_ connection: TCPConnection) {
        guard connection.isOpen else { return }
        connection.shutdown()
        guard connection.isOpen else { return }
        connection.readSocket()
        connection.loop.timer(after: Self.linger) { connection.close(error: IOError("tls", code: -Int32(EPROTO))) }
    }
}
