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

    func frameBegins(_ header: nghttp2_frame_hd) -> Int32 {
        let now = server.loop.now
        let isContinuation = header.type == UInt8(NGHTTP2_CONTINUATION.rawValue)
        if !isContinuation || frameSince == nil { frameSince = now }
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_CONTINUATION:
            floods.continuations += 1
            return floods.continuations > sessions.limits.continuations ? refuse(NGHTTP2_ENHANCE_YOUR_CALM) : Self.goOn
        case NGHTTP2_HEADERS:
            floods.continuations = 0
            return isOnClosedStream(header) ? refuse(NGHTTP2_STREAM_CLOSED) : Self.goOn
        case NGHTTP2_DATA:
            if isOnClosedStream(header) { return refuse(NGHTTP2_STREAM_CLOSED) }
            let isIdle = header.length == 0 && header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) == 0
            return !isIdle || floods.idleFrames.take(at: now) ? Self.goOn : refuse(NGHTTP2_ENHANCE_YOUR_CALM)
        case NGHTTP2_WINDOW_UPDATE:
            return floods.windowUpdates.take(at: now) ? Self.goOn : refuse(NGHTTP2_ENHANCE_YOUR_CALM)
        case NGHTTP2_RST_STREAM:
            return floods.resets.take(at: now) ? Self.goOn : refuse(NGHTTP2_ENHANCE_YOUR_CALM)
        default:
            // Frames that nobody knows are not told the end of.
            if header.type > UInt8(NGHTTP2_CONTINUATION.rawValue) { frameSince = nil }
            return floods.idleFrames.take(at: now) ? Self.goOn : refuse(NGHTTP2_ENHANCE_YOUR_CALM)
        }
    }

    private func isOnClosedStream(_ header: nghttp2_frame_hd) -> Bool {
        closedByPeer.contains(header.stream_id)
    }

    func frameCame(_ frame: nghttp2_frame) -> Int32 {
        frameSince = nil
        let endsStream = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(rawValue: UInt32(frame.hd.type)) {
        case NGHTTP2_HEADERS:
            headEnds(frame, endsStream: endsStream)
        case NGHTTP2_DATA:
            if endsStream { stream(frame.hd.stream_id)?.peerDidEnd() }
        case NGHTTP2_SETTINGS:
            guard !hasSettings else { break }
            hasSettings = true
            deadline = server.loop.now + server.configuration.keepAliveIdle.milliseconds
        default: break
        }
        return Self.goOn
    }

    // Heads.

    func headBegins(_ frame: nghttp2_frame) -> Int32 {
        let isRequest = frame.headers.cat == NGHTTP2_HCAT_REQUEST
        let head = self.head ?? sessions.takeHead()
        head.begin(isTrailer: !isRequest, limits: server.configuration.limits)
        self.head = head
        if isRequest { add(HTTP2Stream(self, id: frame.hd.stream_id)) }
        return Self.goOn
    }

    func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard let head, !head.take(name, value) else { return Self.goOn }
        return refuse(NGHTTP2_ENHANCE_YOUR_CALM)
    }

    private func headEnds(_ frame: nghttp2_frame, endsStream: Bool) {
        guard let head else { return }
        self.head = nil
        defer { sessions.giveBack(head) }
        guard let stream = stream(frame.hd.stream_id) else { return }
        let outcome = head.finish(endsStream: endsStream)
        if endsStream { stream.peerEnded = true }
        if case .malformed = outcome {
            server.countRefusal()
            return stream.reset(NGHTTP2_PROTOCOL_ERROR)
        }
        guard frame.headers.cat == NGHTTP2_HCAT_REQUEST else { return stream.peerDidEnd() }
        guard running < sessions.limits.concurrentStreams else { return stream.reset(NGHTTP2_REFUSED_STREAM) }
        if case .refused(let status) = outcome { return stream.refuse(status) }
        stream.begin(head, endsStream: endsStream)
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
        if stream.isEndedByPeer { closedByPeer.add(id) }
        remove(stream)
        stream.close()
        return Self.goOn
    }
}
