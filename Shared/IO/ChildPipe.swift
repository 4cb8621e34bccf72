import CLibuv

/// Our end of one of a child's pipes.
///
/// Confined to its loop. Reads only while somebody waits, so at most one buffer is held.
final class ChildPipe: @unchecked Sendable {
    private var handle: UnsafeMutablePointer<uv_pipe_t>?
    private var waiter: CheckedContinuation<[UInt8]?, Never>?
    private var sink: ((UnsafeRawBufferPointer) -> Void)?

    init(loop: EventLoop) {
        let handle = UnsafeMutablePointer<uv_pipe_t>.allocate(capacity: 1)
        uv_pipe_init(loop.uv, handle, 0)
        self.handle = handle
        // Released in the close callback.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    private func withStream<Result>(_ body: (UnsafeMutablePointer<uv_stream_t>) -> Result) -> Result? {
        guard let handle else { return nil }
        return UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_stream_t.self, capacity: 1, body)
    }

    func container(_ flags: UInt32) -> uv_stdio_container_t {
        var container = uv_stdio_container_t()
        container.flags = uv_stdio_flags(rawValue: flags)
        container.data.stream = withStream { $0 }
        return container
    }

    /// Gives everything that arrives to a closure, to the end.
    func start(_ sink: @escaping (UnsafeRawBufferPointer) -> Void) {
        self.sink = sink
        read()
    }

    /// The next bytes, nil at the end.
    func next() async -> [UInt8]? {
        guard handle != nil else { return nil }
        return await withCheckedContinuation { continuation in
            waiter = continuation
            read()
        }
    }

    private func read() {
        _ = withStream { stream in
            uv_read_start(
                stream,
                { handle, _, buffer in
                    guard let loop = handle?.pointee.loop else { return }
                    let owner = EventLoop.owner(of: loop)
                    buffer?.pointee = uv_buf_init(
                        owner.readBuffer.assumingMemoryBound(to: CChar.self), UInt32(EventLoop.readBufferSize))
                },
                { stream, count, buffer in
                    guard let data = stream?.pointee.data, count != 0 else { return }
                    let pipe = Unmanaged<ChildPipe>.fromOpaque(data).takeUnretainedValue()
                    pipe.didRead(count, buffer?.pointee.base)
                })
        }
    }

    private func didRead(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
        guard count > 0 else { return close() }
        let bytes = UnsafeRawBufferPointer(start: base, count: count)
        if let sink { return sink(bytes) }
        _ = withStream { uv_read_stop($0) }
        let waiter = self.waiter
        self.waiter = nil
        waiter?.resume(returning: [UInt8](bytes))
    }

    func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let write = PipeWrite(bytes)
        _ = withStream { write.start(on: $0) }
    }

    /// Closes once all that was written has gone.
    func finish() {
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        // Released in the callback, which libuv always calls for a started request.
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status =
            withStream { stream in
                uv_shutdown(request, stream) { request, _ in
                    guard let request, let data = request.pointee.data else { return }
                    Unmanaged<ChildPipe>.fromOpaque(data).takeRetainedValue().close()
                    request.deallocate()
                }
            } ?? UV_EBADF.rawValue
        guard status != 0 else { return }
        Unmanaged.passUnretained(self).release()
        request.deallocate()
        close()
    }

    func close() {
        let waiter = self.waiter
        self.waiter = nil
        waiter?.resume(returning: nil)
        sink = nil
        guard let handle else { return }
        self.handle = nil
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<ChildPipe>.fromOpaque(closed.pointee.data).release()
                UnsafeMutableRawPointer(closed).deallocate()
            }
        }
    }
}

/// One write to a pipe, freed by its callback.
private final class PipeWrite {
    private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ source: [UInt8]) {
        bytes = .allocate(byteCount: source.count, alignment: 1)
        bytes.copyBytes(from: source)
    }

    deinit {
        request.deallocate()
        bytes.deallocate()
    }

    func start(on stream: UnsafeMutablePointer<uv_stream_t>) {
        // Released in the callback, or here when the write could not start.
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        var buffer = uv_buf_init(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
        let status = uv_write(request, stream, &buffer, 1) { request, _ in
            guard let data = request?.pointee.data else { return }
            Unmanaged<PipeWrite>.fromOpaque(data).release()
        }
        if status != 0 { Unmanaged.passUnretained(self).release() }
    }
}
