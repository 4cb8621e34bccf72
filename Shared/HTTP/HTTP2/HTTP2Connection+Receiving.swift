import CNghttp2
import IO

/// What nghttp2 tells of the client's frames; called from within `receive`.
///
/// A result other than 0 ends the session, which `breakOff` has done before.
extension HTTP2Connection {
    private static let goOn: Int32 = 0
    private static var giveUp: Int32 { NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }

    private func refuse(_ code: nghttp2_error_code) -> Int32 {
        breakOff(code)
        return Self.giveUp
    }

    // Frames.

    /// Looks at the head of a frame of which nghttp2 knows nothing yet; false when the connection is over.
    func allows(_ header: HTTP2FrameScanner.Header) -> Bool {
        let now = server.loop.now
        if header.type != UInt8(NGHTTP2_CONTINUATION.rawValue) { frameSince = nil }
        var isCalm = true
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_DATA:
            if isGone(header.stream) {
                breakOff(NGHTTP2_STREAM_CLOSED)
                return false
            }
            if header.length == 0, header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) == 0 {
                isCalm = floods.idleFrames.take(at: now)
            }
        case NGHTTP2_HEADERS: floods.continuations = 0
        case NGHTTP2_CONTINUATION:
            floods.continuations += 1
            isCalm = floods.continuations <= sessions.limits.continuations
        case NGHTTP2_WINDOW_UPDATE: isCalm = floods.windowUpdates.take(at: now)
        case NGHTTP2_RST_STREAM: isCalm = floods.resets.take(at: now)
        default: isCalm = floods.idleFrames.take(at: now)
        }
        if !isCalm { breakOff(NGHTTP2_ENHANCE_YOUR_CALM) }
        return isCalm
    }

    /// Whether a stream has ended in such a way that nothing can be on its way for it.
    private func isGone(_ id: UInt32) -> Bool {
        guard id & 1 == 1, let session, id <= UInt32(bitPattern: nghttp2_session_get_last_proc_stream_id(session)),
            nghttp2_session_find_stream(session, Int32(bitPattern: id)) == nil
        else { return false }
        return !closed.mayBeLate(id)
    }

    /// nghttp2 begins with a frame.
    func frameIsTaken(_ header: nghttp2_frame_hd) -> Int32 {
        let id = UInt32(bitPattern: header.stream_id)
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS where isGone(id):
            // RFC 9113, 5.1.1: an identifier that was passed over is none any more.
            return refuse(closed.isEndedByPeer(id) ? NGHTTP2_STREAM_CLOSED : NGHTTP2_PROTOCOL_ERROR)
        case NGHTTP2_SETTINGS:
            largestWindow = streams.reduce(0) {
                max($0, Int64(nghttp2_session_get_stream_remote_window_size(session, $1.id)))
            }
        default: break
        }
        return Self.goOn
    }

    /// RFC 9113, 6.9.2: nghttp2 resets the stream whose window has become too large; it is an error of the connection.
    private func settingsCame() -> Int32 {
        let window = Int64(nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE))
        let change = window - initialWindow
        initialWindow = window
        guard largestWindow + change <= Int64(Int32.max) else { return refuse(NGHTTP2_FLOW_CONTROL_ERROR) }
        guard !hasSettings else { return Self.goOn }
        hasSettings = true
        deadline = server.loop.now + server.configuration.keepAliveIdle.milliseconds
        return Self.goOn
    }

    func frameCame(_ frame: nghttp2_frame) -> Int32 {
        let endsStream = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(rawValue: UInt32(frame.hd.type)) {
        case NGHTTP2_HEADERS:
            headEnds(frame, endsStream: endsStream)
        case NGHTTP2_DATA:
            if endsStream { stream(frame.hd.stream_id)?.peerDidEnd() }
        case NGHTTP2_SETTINGS: return settingsCame()
        default: break
        }
        return Self.goOn
    }

    // Heads.

    func headBegins(_ frame: nghttp2_frame) -> Int32 {
        let isRequest = frame.headers.cat == NGHTTP2_HCAT_REQUEST
        let head = self.head ?? sessions.takeHead()
        head.pointee.begin(isTrailer: !isRequest, limits: server.configuration.limits)
        self.head = head
        if isRequest { add(HTTP2Stream(self, id: frame.hd.stream_id)) }
        return Self.goOn
    }

    func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard let head, !head.pointee.take(name, value) else { return Self.goOn }
        return refuse(NGHTTP2_ENHANCE_YOUR_CALM)
    }

    private func headEnds(_ frame: nghttp2_frame, endsStream: Bool) {
        guard let head else { return }
        self.head = nil
        defer { sessions.giveBack(head) }
        guard let stream = stream(frame.hd.stream_id) else { return }
        let outcome = head.pointee.finish(endsStream: endsStream)
        if endsStream { stream.peerEnded = true }
        if case .malformed = outcome {
            server.countRefusal()
            return stream.reset(NGHTTP2_PROTOCOL_ERROR)
        }
        guard frame.headers.cat == NGHTTP2_HCAT_REQUEST else { return stream.peerDidEnd() }
        guard running < sessions.limits.concurrentStreams else { return stream.reset(NGHTTP2_REFUSED_STREAM) }
        if case .refused(let status) = outcome { return stream.refuse(status) }
        stream.begin(&head.pointee, endsStream: endsStream)
    }

    // Bodies.

    func take(_ bytes: UnsafeRawBufferPointer, of id: Int32) -> Int32 {
        guard let stream = stream(id) else {
            nghttp2_session_consume_connection(session, bytes.count)
            return Self.goOn
        }
        stream.receive(bytes)
        return Self.goOn
    }

    // What left.

    func frameLeft(_ header: nghttp2_frame_hd, _ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_DATA, NGHTTP2_HEADERS:
            if header.type == 0 { floods.windowUpdates.give(4) }
            guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { break }
            stream(header.stream_id)?.answerDidEnd()
        case NGHTTP2_RST_STREAM:
            closed.addReset(UInt32(bitPattern: header.stream_id))
            // The client can have the server do its resets for it.
            let code = nghttp2_error_code(rawValue: frame.pointee.rst_stream.error_code)
            guard code != NGHTTP2_NO_ERROR, code != NGHTTP2_INTERNAL_ERROR, !floods.resets.take(at: server.loop.now)
            else { break }
            nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
        default: break
        }
        return Self.goOn
    }

    /// Puts a DATA frame of so many bytes behind what is going to be written.
    func send(_ header: UnsafeRawBufferPointer, _ count: Int, of source: UnsafeMutableRawPointer) -> Int32 {
        let output = server.output
        output.append(header)
        // nghttp2 asks for the data of open streams only, which `streams` holds.
        Unmanaged<HTTP2Stream>.fromOpaque(source)._withUnsafeGuaranteedRef { $0.take(count, into: output) }
        return Self.goOn
    }

    func streamEnded(_ id: Int32) -> Int32 {
        guard let stream = stream(id) else { return Self.goOn }
        if stream.isEndedByPeer { closed.addEndedByPeer(UInt32(bitPattern: id)) }
        remove(stream)
        stream.close()
        return Self.goOn
    }
}
