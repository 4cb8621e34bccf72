import CLibuv
import Glibc

/// What happens on a connection; called on its loop, from within libuv's callbacks.
package protocol TCPConnectionDelegate: AnyObject {
    /// Bytes arrived; they are the loop's and gone after the call.
    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer)
    /// The peer will send nothing more.
    func connectionDidReachEnd(_ connection: TCPConnection)
    /// All that was written has been given to the kernel, after some of it had to wait.
    func connectionDidDrain(_ connection: TCPConnection)
    /// The connection is gone; nothing follows. `error` is nil when it was closed here.
    func connection(_ connection: TCPConnection, didClose error: IOError?)
}

/// One TCP connection: reads into the loop's buffer, writes at once what the kernel takes and queues the rest.
///
/// Nagle's algorithm is off. Confined to its loop.
package final class TCPConnection: @unchecked Sendable {
    package let loop: EventLoop
    /// Held until the connection has closed.
    package var delegate: (any TCPConnectionDelegate)?
    /// Stands between the socket and the delegate; set before the first read.
    package var filter: (any ConnectionFilter)?
    /// Let go when the connection has closed, such as its place among those that are counted.
    package var place: AnyObject?
    private var handle: UnsafeMutablePointer<uv_tcp_t>?
    /// Bytes that wait for the kernel; the owner stops producing when there are too many.
    package private(set) var pendingBytes = 0
    /// Bytes that the kernel has not taken; unlike `pendingBytes` it sinks with every part of a write that leaves.
    package var queuedBytes: Int { withStream { uv_stream_get_write_queue_size($0) } ?? 0 }
    private var closeError: IOError?
    /// Whether the delegate wants bytes.
    package private(set) var isReading = false
    private var isSocketRead = false
    private var isShuttingDown = false

    init(loop: EventLoop, handle: UnsafeMutablePointer<uv_tcp_t>) {
        self.loop = loop
        self.handle = handle
        uv_tcp_nodelay(handle, 1)
        // Released in the close callback; until then the handle holds the connection.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    package var isOpen: Bool { handle != nil }

    private func withStream<Result>(_ body: (UnsafeMutablePointer<uv_stream_t>) -> Result) -> Result? {
        guard let handle else { return nil }
        return UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_stream_t.self, capacity: 1, body)
    }

    // Reading.

    /// Begins or resumes reading.
    package func startReading() {
        guard !isReading else { return }
        isReading = true
        if let filter, filter.holdsBytes(for: self) { return }
        readSocket()
    }

    /// Begins or resumes what `startReading` put off; for the filter.
    package func readSocket() {
        guard !isSocketRead else { return }
        isSocketRead = true
        _ = withStream { stream in
            uv_read_start(
                stream,
                { handle, _, buffer in
                    guard let loop = handle?.pointee.loop else { return }
                    // One buffer for all sockets of the loop: each read is consumed before the next. The loop outlives
                    // its callbacks, so it is not counted here.
                    let base = Unmanaged<EventLoop>.fromOpaque(loop.pointee.data)._withUnsafeGuaranteedRef {
                        $0.readBuffer
                    }
                    buffer?.pointee = uv_buf_init(
                        base.assumingMemoryBound(to: CChar.self), UInt32(EventLoop.readBufferSize))
                },
                { stream, count, buffer in
                    guard let stream, count != 0 else { return }
                    // The handle holds the connection until its close callback, which never comes from within this one.
                    Unmanaged<TCPConnection>.fromOpaque(stream.pointee.data)._withUnsafeGuaranteedRef {
                        $0.didRead(count, buffer?.pointee.base)
                    }
                })
        }
    }

    /// Reads nothing until `startReading`: the kernel's buffer fills and the peer has to wait.
    package func pauseReading() {
        isReading = false
        guard isSocketRead else { return }
        isSocketRead = false
        _ = withStream { uv_read_stop($0) }
    }

    private func didRead(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
        if count > 0 {
            receive(UnsafeRawBufferPointer(start: base, count: count))
        } else if count == Int(UV_EOF.rawValue) {
            if let filter {
                isSocketRead = false
                _ = withStream { uv_read_stop($0) }
                return filter.connectionDidReceiveEnd(self)
            }
            pauseReading()
            delegate?.connectionDidReachEnd(self)
        } else {
            close(error: IOError("read", code: Int32(count)))
        }
    }

    /// Takes bytes as if they had just come from the socket; for whoever has read what stands before the first of them.
    package func receive(_ bytes: UnsafeRawBufferPointer) {
        if let filter { return filter.connection(self, didReceive: bytes) }
        delegate?.connection(self, didRead: bytes)
    }

    /// Hands bytes to the delegate; for the filter.
    package func deliver(_ bytes: UnsafeRawBufferPointer) { delegate?.connection(self, didRead: bytes) }

    /// Tells the delegate that the peer will send nothing more; for the filter.
    package func deliverEnd() {
        pauseReading()
        delegate?.connectionDidReachEnd(self)
    }

    // Writing.

    /// Writes bytes; what the kernel does not take at once is copied and waits.
    package func write(_ bytes: UnsafeRawBufferPointer) {
        write(bytes, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Writes two pieces, such as a head and a body, with one system call where it can.
    package func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        guard isOpen, !isShuttingDown else { return }
        if let filter { return filter.connection(self, write: first, second) }
        send(first, second)
    }

    /// Gives bytes to the kernel as they are; for the filter.
    package func send(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        guard isOpen, !isShuttingDown else { return }
        var written = 0
        if pendingBytes == 0 {
            var buffers = (buffer(first), buffer(second))
            let status = withUnsafeMutableBytes(of: &buffers) { raw in
                withStream { stream in
                    uv_try_write(stream, raw.assumingMemoryBound(to: uv_buf_t.self).baseAddress, second.isEmpty ? 1 : 2)
                } ?? UV_EBADF.rawValue
            }
            if status >= 0 {
                written = Int(status)
            } else if status != UV_EAGAIN.rawValue {
                return close(error: IOError("write", code: status))
            }
        }
        let left = first.count + second.count - written
        guard left > 0 else { return }
        let waiting = WaitingWrite(count: left, connection: self)
        waiting.copy(first, second, skipping: written)
        pendingBytes += left
        let status = withStream { waiting.start(on: $0) } ?? UV_EBADF.rawValue
        guard status != 0 else { return }
        close(error: IOError("write", code: status))
    }

    private func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
        // libuv does not write through the pointer.
        uv_buf_init(
            UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self)), UInt32(bytes.count))
    }

    fileprivate func didWrite(_ count: Int, status: Int32) {
        pendingBytes -= count
        if status < 0 {
            guard status != UV_ECANCELED.rawValue else { return }
            return close(error: IOError("write", code: status))
        }
        if pendingBytes == 0, isOpen { delegate?.connectionDidDrain(self) }
    }

    /// Sends FIN once everything written has gone; reading goes on.
    package func shutdown() {
        guard isOpen, !isShuttingDown else { return }
        filter?.connectionWillEnd(self)
        guard isOpen else { return }
        isShuttingDown = true
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let status =
            withStream { stream in
                uv_shutdown(request, stream) { request, _ in request?.deallocate() }
            } ?? UV_EBADF.rawValue
        guard status != 0 else { return }
        request.deallocate()
        close()
    }

    // The end.

    /// Closes at once; what still waits to be written is dropped.
    package func close() {
        if isOpen, !isShuttingDown { filter?.connectionWillEnd(self) }
        close(error: nil)
    }

    /// Closes at once, and tells the delegate why.
    package func close(error: IOError?) {
        guard let handle else { return }
        closeError = error
        isReading = false
        isSocketRead = false
        self.handle = nil
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                let connection = Unmanaged<TCPConnection>.fromOpaque(closed.pointee.data).takeRetainedValue()
                UnsafeMutableRawPointer(closed).deallocate()
                connection.didClose()
            }
        }
    }

    private func didClose() {
        let delegate = self.delegate
        self.delegate = nil
        filter = nil
        place = nil
        delegate?.connection(self, didClose: closeError)
    }

    /// For whom the peer speaks, when it is a proxy that has said so.
    package var announcedPeer: SocketAddress?

    /// The peer's address, or the one for which it speaks; nil once it is gone.
    package var peerAddress: SocketAddress? {
        if let announcedPeer { return announcedPeer }
        return address { handle, storage, length in uv_tcp_getpeername(handle, storage, length) }
    }

    /// This end's address.
    package var localAddress: SocketAddress? {
        address { handle, storage, length in uv_tcp_getsockname(handle, storage, length) }
    }

    private func address(
        _ read: (UnsafeMutablePointer<uv_tcp_t>, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) -> SocketAddress? {
        guard let handle else { return nil }
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                read(handle, plain, &length) == 0 ? SocketAddress(plain) : nil
            }
        }
    }
}

/// A write that waits for the kernel: libuv's request, the bytes and the connection, freed by its callback.
private final class WaitingWrite {
    private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    private let bytes: UnsafeMutableRawBufferPointer
    private let connection: TCPConnection

    init(count: Int, connection: TCPConnection) {
        bytes = .allocate(byteCount: count, alignment: 1)
        self.connection = connection
    }

    deinit {
        request.deallocate()
        bytes.deallocate()
    }

    func copy(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, skipping written: Int) {
        var at = 0
        var skip = written
        for piece in [first, second] {
            let rest = UnsafeRawBufferPointer(rebasing: piece.dropFirst(min(skip, piece.count)))
            skip -= piece.count - rest.count
            guard !rest.isEmpty else { continue }
            UnsafeMutableRawBufferPointer(rebasing: bytes[at...]).copyMemory(from: rest)
            at += rest.count
        }
    }

    func start(on stream: UnsafeMutablePointer<uv_stream_t>) -> Int32 {
        // Released in the callback, which libuv calls once for a started write, also when the handle closes.
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        var buffer = uv_buf_init(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
        let status = uv_write(request, stream, &buffer, 1) { request, status in
            guard let data = request?.pointee.data else { return }
            let write = Unmanaged<WaitingWrite>.fromOpaque(data).takeRetainedValue()
            write.connection.didWrite(write.bytes.count, status: status)
        }
        if status != 0 { Unmanaged.passUnretained(self).release() }
        return status
    }
}
