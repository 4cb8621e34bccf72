import CNghttp2
import Telemetry

/// The head of a streamed answer, which waits for the first piece.
struct HTTP2PendingHead {
    var response: HTTPResponse
    var length: Int64?
}

extension HTTP2Stream {
    func respond(_ response: HTTPResponse) -> BodyStream? {
        let stream = answer(response)
        if stream == nil { didRun() }
        return stream
    }

    private func answer(_ response: HTTPResponse) -> BodyStream? {
        guard isOpen, !isResetHere else { return nil }
        if case .upgraded(let stream) = response.body { return agree(response, stream) }
        guard response.isSafe, (200..<600).contains(response.status) else {
            server.logger.error("Response could not be sent", [.int("http.status", response.status)])
            refuse(500)
            return nil
        }
        let isBodiless = HTTPStatus.isBodiless(response.status)
        let hasBody = !isBodiless && !isHeadRequest
        switch response.body {
        case .empty:
            let keepsDeclaredLength =
                (isHeadRequest || response.status == 304) && response.headers.contains("Content-Length")
            let length: Int64? = isBodiless || keepsDeclaredLength ? nil : 0
            submit(response, length: length, keepsDeclaredLength: keepsDeclaredLength, hasBody: false)
        case .bytes(let bytes):
            submit(response, length: isBodiless ? nil : Int64(bytes.count), hasBody: hasBody && !bytes.isEmpty, bytes)
        case .stream(let length, let stream):
            guard hasBody else {
                submit(response, length: isBodiless ? nil : length, hasBody: false)
                return nil
            }
            pending = HTTP2PendingHead(response: response, length: length)
            remaining = length
            isEventStream =
                length == nil && response.headers["content-type"]?.hasPrefix("text/event-stream") == true
            return stream
        case .upgraded: break
        }
        return nil
    }

    /// RFC 8441, 5: 200 instead of 101, and the stream is the tunnel.
    private func agree(
        _ response: HTTPResponse, _ stream: @escaping @Sendable (HTTPBody, HTTPBodyWriter) async throws -> Void
    ) -> BodyStream? {
        guard let body = tunnelBody, response.status == 101, response.isSafe else {
            server.logger.error("Response could not be sent", [.int("http.status", response.status)])
            refuse(500)
            return nil
        }
        beginTunnel()
        var answer = HTTPResponse(status: 200, headers: response.headers)
        answer.lines = response.lines
        submit(answer, length: nil, hasBody: true)
        return { writer in try await stream(body, writer) }
    }

    /// Hands the head, and a whole body, to nghttp2.
    private func submit(
        _ response: HTTPResponse, length: Int64?, keepsDeclaredLength: Bool = false, hasBody: Bool,
        _ body: [UInt8] = []
    ) {
        hasHead = true
        if hasBody, !body.isEmpty {
            enqueue(body)
            endAnswer()
        }
        var provider = nghttp2_data_provider()
        // nghttp2 uses it while the stream is open, and the connection holds open streams.
        provider.source.ptr = Unmanaged.passUnretained(self).toOpaque()
        provider.read_callback = { _, _, _, limit, flags, source, _ in
            guard let flags, let stream = source?.pointee.ptr else { return 0 }
            return Unmanaged<HTTP2Stream>.fromOpaque(stream)._withUnsafeGuaranteedRef {
                $0.next(upTo: limit, &flags.pointee)
            }
        }
        _ = connection.sessions.fields.withHead(
            of: response, length: length, keepsDeclaredLength: keepsDeclaredLength, server
        ) { list, count in
            guard hasBody else { return nghttp2_submit_response(connection.session, id, list, count, nil) }
            return nghttp2_submit_response(connection.session, id, list, count, &provider)
        }
        connection.mark()
    }

    /// Answers by itself; a body that still comes is not waited for.
    func refuse(_ status: Int) {
        server.countRefusal()
        let body = RefusalResponse.body(status)
        let bytes = Array(UnsafeBufferPointer(start: body.utf8Start, count: body.utf8CodeUnitCount))
        let headers: HTTPHeaders = ["content-type": "application/problem+json", "cache-control": "no-store"]
        submit(HTTPResponse(status: status, headers: headers), length: Int64(bytes.count), hasBody: true, bytes)
    }

    // Streams.

    func run(_ stream: BodyStream) async {
        do {
            try await stream(HTTPBodyWriter(self))
            endStream()
        } catch is CancellationError where isEventStream {
            // The server stops: the client comes back to another.
            endStream()
        } catch {
            failStream(error)
        }
        didRun()
    }

    func write(_ bytes: [UInt8]) throws {
        guard isOpen, !isResetHere, !isEnded else { throw HTTPBodyError.connectionClosed }
        if let remaining {
            guard remaining >= bytes.count else { throw HTTPBodyError.lengthMismatch }
            self.remaining = remaining - Int64(bytes.count)
        }
        enqueue(bytes)
        flushPendingHead()
        wake()
    }

    /// Sends a head whose first piece may be long in coming.
    func flushPendingHead() {
        guard let pending else { return }
        self.pending = nil
        submit(pending.response, length: pending.length, hasBody: true)
    }

    private func endStream() {
        guard isOpen, !isResetHere else { return }
        guard remaining == nil || remaining == 0 else { return failStream(HTTPBodyError.lengthMismatch) }
        endAnswer()
        flushPendingHead()
        wake()
    }

    /// The client learns that the body is not whole: by a status while there is time, else by the stream's reset.
    private func failStream(_ error: any Error) {
        guard isOpen, !isResetHere else { return }
        if isTunnel { return reset(NGHTTP2_CANCEL) }
        server.logger.warning("Response was cut short", [.error("error", error)])
        guard pending == nil else {
            pending = nil
            return refuse(500)
        }
        reset(NGHTTP2_INTERNAL_ERROR)
    }
}
