import CLibuv

/// Tells when a file descriptor that another library owns (libpq, libcurl) can be read or written.
///
/// Confined to its loop. The descriptor stays its owner's: `close` must come before the owner closes it.
package final class FileWatcher: @unchecked Sendable {
    /// What to wait for, and what has happened.
    package struct Events: OptionSet, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let readable = Events(rawValue: Int32(UV_READABLE.rawValue))
        package static let writable = Events(rawValue: Int32(UV_WRITABLE.rawValue))
        /// The descriptor failed: reading or writing it will tell how.
        package static let failed = Events(rawValue: 1 << 16)
    }

    private var handle: UnsafeMutablePointer<uv_poll_t>?
    private var body: ((Events) -> Void)?

    package init(loop: EventLoop, fileDescriptor: Int32) throws(IOError) {
        loop.preconditionCurrent()
        let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        let status = uv_poll_init(loop.uv, handle, fileDescriptor)
        guard status == 0 else {
            handle.deallocate()
            throw IOError("poll", code: status)
        }
        self.handle = handle
        // Released in the close callback, the last thing libuv does with the handle.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Waits for `events`, replacing what was waited for before; the closure runs at each of them until `stop`.
    package func start(_ events: Events, _ body: @escaping (Events) -> Void) {
        guard let handle else { return }
        self.body = body
        uv_poll_start(handle, events.rawValue) { handle, status, events in
            guard let data = handle?.pointee.data else { return }
            let watcher = Unmanaged<FileWatcher>.fromOpaque(data).takeUnretainedValue()
            let happened = status < 0 ? Events.failed : Events(rawValue: events)
            // Held across the call: the closure may replace itself or close the watcher.
            let body = watcher.body
            body?(happened)
        }
    }

    /// Waits for nothing until the next `start`.
    package func stop() {
        guard let handle else { return }
        body = nil
        uv_poll_stop(handle)
    }

    /// Lets go of the descriptor for good.
    package func close() {
        guard let handle else { return }
        self.handle = nil
        body = nil
        uv_poll_stop(handle)
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<FileWatcher>.fromOpaque(closed.pointee.data).release()
                UnsafeMutableRawPointer(closed).deallocate()
            }
        }
    }
}
