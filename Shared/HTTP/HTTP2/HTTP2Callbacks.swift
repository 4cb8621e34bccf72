import CNghttp2

/// nghttp2's way into Swift; every callback only finds its connection.
enum HTTP2Callbacks {
    static func make() -> OpaquePointer? {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, user in
            guard let header else { return 0 }
            return connection(user) { $0.frameIsTaken(header.pointee) }
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            guard let frame else { return 0 }
            return connection(user) { $0.headBegins(frame.pointee) }
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameLength, value, valueLength, _, user in
            connection(user) {
                $0.take(
                    UnsafeBufferPointer(start: name, count: nameLength),
                    UnsafeBufferPointer(start: value, count: valueLength))
            }
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame else { return 0 }
            return connection(user) { $0.frameCame(frame.pointee) }
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, bytes, count, user in
            connection(user) { $0.take(UnsafeRawBufferPointer(start: bytes, count: count), of: stream) }
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            guard let frame else { return 0 }
            return connection(user) { $0.frameLeft(frame.pointee.hd, frame) }
        }
        nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, _, header, count, source, user in
            guard let header, let stream = source?.pointee.ptr else { return 0 }
            return connection(user) { $0.send(UnsafeRawBufferPointer(start: header, count: 9), count, of: stream) }
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, _, user in
            connection(user) { $0.streamEnded(stream) }
        }
        return callbacks
    }
}

/// The connection lives: the session is used by its own methods only.
private func connection(_ user: UnsafeMutableRawPointer?, _ body: (HTTP2Connection) -> Int32) -> Int32 {
    guard let user else { return 0 }
    return Unmanaged<HTTP2Connection>.fromOpaque(user)._withUnsafeGuaranteedRef { body($0) }
}
