import IO
import Telemetry

/// A response body that is being written piece by piece.
struct OutgoingStream {
    var isChunked: Bool
    /// Bytes that were declared and not yet written; nil when none were declared.
    var remaining: Int64?
    /// The head waits for the first piece, so that both leave in one write.
    var pendingHead: HTTPResponse?
    var framing: ResponseFraming
    /// Whether a chunk was written whose CRLF goes before the next.
    var isInChunk = false
    /// Server-sent events, which have no end of their own and may be silent for long.
    var isEventStream = false
}

extension ServerConnection: RequestExchange, HTTPBodySink {
    /// Bodies up to this size are copied behind the head, for one system call and one buffer.
    private static let copiedBody = 32_768
    /// Larger bodies than this are written while the client reads, not queued whole.
    static let queuedBody = 262_144

    // Whole responses.

    /// Writes the response, or its head; returns the stream that is to be run, if there is one.
    func respond(_ response: HTTPResponse) -> BodyStream? {
        guard phase == .handling else { return nil }
        if case .upgraded(let stream) = response.body { return beginTunnel(response, stream) }
        guard response.isSafe, (200..<600).contains(response.status) else {
            server.logger.error("Response could not be sent", [.int("http.status", response.status)])
            refuse(500)
            return nil
        }
        var framing = ResponseFraming(
            length: .none, persists: persists(after: response), isVersion11: isVersion11)
        if let connection = response.headers["Connection"], connection.lowercased() == "close" {
            framing.persists = false
        }
        keepsAlive = framing.persists
        let isBodiless = HTTPStatus.isBodiless(response.status)
        switch response.body {
        case .empty:
            framing.keepsDeclaredLength =
                (isHeadRequest || response.status == 304) && response.headers.contains("Content-Length")
            if !isBodiless, !framing.keepsDeclaredLength { framing.length = .known(0) }
            write(response, framing, [])
        case .bytes(let bytes):
            if !isBodiless { framing.length = .known(Int64(bytes.count)) }
            if bytes.count > Self.queuedBody, !isBodiless, !isHeadRequest {
                return beginStream(response, framing, length: Int64(bytes.count), Self.pieces(of: bytes))
            }
            write(response, framing, isBodiless || isHeadRequest ? [] : bytes)
        case .stream(let length, let stream):
            if isBodiless || isHeadRequest {
                if let length, !isBodiless { framing.length = .known(length) }
                write(response, framing, [])
                break
            }
            return beginStream(response, framing, length: length, stream)
        case .upgraded: break
        }
        finish()
        return nil
    }

    /// Whether the connection goes on: the client and the server want to, and the next request can be found.
    private func persists(after response: HTTPResponse) -> Bool {
        // Who offered another protocol may have sent some of it already, which must not be read as a request.
        guard keepsAlive, !server.isDraining, !offersUpgrade else { return false }
        guard let incoming else { return true }
        guard !incoming.awaitsContinue, let remaining = incoming.decoder.remaining else { return false }
        return remaining <= Self.worthDiscarding
    }

    private func write(_ response: HTTPResponse, _ framing: ResponseFraming, _ body: [UInt8]) {
        let output = server.output
        output.reset()
        ResponseEncoder.appendHead(response, framing, server, to: output)
        if body.count <= Self.copiedBody {
            output.append(body)
            tcp.write(output.bytes)
        } else {
            body.withUnsafeBytes { tcp.write(output.bytes, $0) }
        }
    }

    private func finish() {
        runner = nil
        outgoing = nil
        guard tcp.isOpen else { return }
        incoming?.isDiscarded = true
        if !keepsAlive { return closeGracefully() }
        if incoming != nil {
            phase = .discarding
            return resumeReading()
        }
        if tcp.pendingBytes > Self.highWater {
            phase = .flushing
            return
        }
        becomeIdle()
    }

    /// Answers by itself and closes.
    func refuse(_ status: Int) {
        server.countRefusal()
        let output = server.output
        output.reset()
        RefusalResponse.append(status, server, to: output)
        tcp.write(output.bytes)
        closeGracefully()
    }

    /// Sends FIN behind the last response and reads on for a while.
    ///
    /// Closing a socket with unread input would reset the connection, and the reset can overtake the response.
    func closeGracefully() {
        guard phase != .closed, tcp.isOpen else { return }
        phase = .lingering
        runner = nil
        outgoing = nil
        dropInput()
        deadline = server.loop.now + server.configuration.linger.milliseconds
        if peerEnded, tcp.pendingBytes == 0 { return tcp.close() }
        tcp.shutdown()
        resumeReading()
    }

    // Streams.

    private func beginStream(
        _ response: HTTPResponse, _ framing: ResponseFraming, length: Int64?, _ stream: @escaping BodyStream
    ) -> BodyStream {
        var framing = framing
        if let length {
            framing.length = .known(length)
        } else if isVersion11 {
            framing.length = .chunked
        } else {
            framing.length = .untilClose
            framing.persists = false
            keepsAlive = false
        }
        outgoing = OutgoingStream(
            isChunked: length == nil && isVersion11, remaining: length, pendingHead: response, framing: framing,
            isEventStream: length == nil && response.headers["content-type"]?.hasPrefix("text/event-stream") == true)
        return stream
    }

    func run(_ stream: BodyStream) async {
        do {
            try await stream(HTTPBodyWriter(self))
            if phase == .tunnel { closeGracefully() } else { endStream() }
        } catch is CancellationError where outgoing?.isEventStream == true {
            // The server stops: the client comes back to another.
            keepsAlive = false
            endStream()
        } catch {
            failStream(error)
        }
        // The runner goes on to somebody else's request: the end of this connection must not cancel that.
        runner = nil
    }

    static func pieces(of bytes: [UInt8]) -> BodyStream {
        { writer in
            var at = 0
            while at < bytes.count {
                let end = min(at + highWater, bytes.count)
                try await writer.write(Array(bytes[at..<end]))
                at = end
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        if phase == .tunnel { return try writeToTunnel(bytes) }
        guard phase == .handling, tcp.isOpen, var stream = outgoing else { throw HTTPBodyError.connectionClosed }
        if let remaining = stream.remaining {
            guard remaining >= bytes.count else { throw HTTPBodyError.lengthMismatch }
            stream.remaining = remaining - Int64(bytes.count)
        }
        let output = server.output
        output.reset()
        appendPendingHead(&stream)
        if stream.isChunked, !bytes.isEmpty {
            if stream.isInChunk { output.append("\r\n") }
            output.append(hexadecimal: bytes.count)
            output.append("\r\n")
            stream.isInChunk = true
        }
        outgoing = stream
        guard output.count > 0 || !bytes.isEmpty else { return }
        if bytes.count <= Self.copiedBody {
            output.append(bytes)
            tcp.write(output.bytes)
        } else {
            bytes.withUnsafeBytes { tcp.write(output.bytes, $0) }
        }
    }

    private func appendPendingHead(_ stream: inout OutgoingStream) {
        guard let response = stream.pendingHead else { return }
        stream.pendingHead = nil
        ResponseEncoder.appendHead(
            response, stream.framing, server, to: server.output)
    }

    /// Sends a head whose first piece is long in coming.
    func flushPendingHead() {
        guard phase == .handling, var stream = outgoing, stream.pendingHead != nil else { return }
        server.output.reset()
        appendPendingHead(&stream)
        outgoing = stream
        tcp.write(server.output.bytes)
    }

    var hasRoom: Bool { tcp.pendingBytes <= Self.highWater }

    func waitForRoom() async throws {
        guard tcp.isOpen else { throw HTTPBodyError.connectionClosed }
        guard !hasRoom else { return }
        try await withCheckedThrowingContinuation { roomWaiter = $0 }
    }

    private func endStream() {
        guard phase == .handling, tcp.isOpen, var stream = outgoing else { return }
        guard stream.remaining == nil || stream.remaining == 0 else {
            return failStream(HTTPBodyError.lengthMismatch)
        }
        let output = server.output
        output.reset()
        appendPendingHead(&stream)
        if stream.isChunked { output.append(stream.isInChunk ? "\r\n0\r\n\r\n" : "0\r\n\r\n") }
        if output.count > 0 { tcp.write(output.bytes) }
        finish()
    }

    /// The client learns that the body is not whole: by a status while there is time, else by a lost connection.
    private func failStream(_ error: any Error) {
        if phase == .tunnel { return tcp.close() }
        guard phase == .handling, tcp.isOpen, let stream = outgoing else { return }
        server.logger.warning("Response was cut short", [.error("error", error)])
        if stream.pendingHead != nil { return refuse(500) }
        tcp.close()
    }

    // The client's pace.

    func connectionDidDrain(_ connection: TCPConnection) {
        resumeWriter()
        switch phase {
        case .flushing: becomeIdle()
        case .lingering:
            deadline = server.loop.now + server.configuration.linger.milliseconds
            if peerEnded { tcp.close() }
        case .idle, .head, .handling, .tunnel, .discarding, .closed: break
        }
    }

    func resumeWriter() {
        guard let waiter = roomWaiter else { return }
        roomWaiter = nil
        if tcp.isOpen { waiter.resume() } else { waiter.resume(throwing: HTTPBodyError.connectionClosed) }
    }
}
