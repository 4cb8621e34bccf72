import CLibuv

/// Accepts connections of a listening socket on one loop.
///
/// Confined to its loop.
package final class TCPListener: @unchecked Sendable {
    /// The kernel's queue of connections that nobody has accepted yet.
    private static let backlog: Int32 = 1024

    private let loop: EventLoop
    private var handle: UnsafeMutablePointer<uv_tcp_t>?
    private let accepted: (TCPConnection) -> Void

    /// Starts to accept; `accepted` gets each connection before anything has been read from it.
    package init(
        loop: EventLoop, socket: ListeningSocket, _ accepted: @escaping (TCPConnection) -> Void
    ) throws(IOError) {
        loop.preconditionCurrent()
        self.loop = loop
        self.accepted = accepted
        let descriptor = try socket.duplicate()
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        uv_tcp_init(loop.uv, handle)
        self.handle = handle
        // Released in the close callback.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        try IOError.check("open", uv_tcp_open(handle, descriptor))
        let status = UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream in
            uv_listen(stream, Self.backlog) { stream, status in
                guard status == 0, let data = stream?.pointee.data else { return }
                Unmanaged<TCPListener>.fromOpaque(data).takeUnretainedValue().accept()
            }
        }
        guard status == 0 else {
            close()
            throw IOError("listen", code: status)
        }
    }

    private func accept() {
        guard let handle else { return }
        let peer = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        uv_tcp_init(loop.uv, peer)
        let status = UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_stream_t.self, capacity: 1) { server in
            UnsafeMutableRawPointer(peer).withMemoryRebound(to: uv_stream_t.self, capacity: 1) { client in
                uv_accept(server, client)
            }
        }
        let connection = TCPConnection(loop: loop, handle: peer)
        // Another loop of the same socket may have been quicker.
        guard status == 0 else { return connection.close() }
        accepted(connection)
    }

    /// Accepts nothing more; the socket's other listeners go on.
    package func close() {
        guard let handle else { return }
        self.handle = nil
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<TCPListener>.fromOpaque(closed.pointee.data).release()
                UnsafeMutableRawPointer(closed).deallocate()
            }
        }
    }
}
