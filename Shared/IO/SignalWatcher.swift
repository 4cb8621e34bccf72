import CLibuv

/// Runs a closure on the loop whenever the process gets a signal.
///
/// Confined to its loop.
package final class SignalWatcher: @unchecked Sendable {
    private var handle: UnsafeMutablePointer<uv_signal_t>?
    private let body: () -> Void

    package init(loop: EventLoop, signal: Int32, _ body: @escaping () -> Void) {
        loop.preconditionCurrent()
        self.body = body
        let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
        self.handle = handle
        uv_signal_init(loop.uv, handle)
        // Released in the close callback.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        uv_signal_start(
            handle,
            { handle, _ in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<SignalWatcher>.fromOpaque(data).takeUnretainedValue().body()
            }, signal)
        // A signal watcher alone does not keep a loop that has nothing else to do.
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    /// Watches no more.
    package func close() {
        guard let handle else { return }
        self.handle = nil
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<SignalWatcher>.fromOpaque(closed.pointee.data).release()
                UnsafeMutableRawPointer(closed).deallocate()
            }
        }
    }
}
