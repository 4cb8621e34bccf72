import CLibuv

/// A one-shot or repeating timer of a loop; cancelled when it is told to, not when it is let go.
///
/// Confined to its loop.
package final class LoopTimer: @unchecked Sendable {
    private var handle: UnsafeMutablePointer<uv_timer_t>?
    private var body: (() -> Void)?
    private let repeats: Bool

    fileprivate init(loop: EventLoop, after: UInt64, every: UInt64, _ body: @escaping () -> Void) {
        loop.preconditionCurrent()
        let handle = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
        self.handle = handle
        self.body = body
        repeats = every > 0
        uv_timer_init(loop.uv, handle)
        // Released in the close callback, which `cancel` causes and which follows the last firing.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        uv_timer_start(
            handle,
            { handle in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<LoopTimer>.fromOpaque(data).takeUnretainedValue().fire()
            }, after, every)
    }

    private func fire() {
        let body = self.body
        if !repeats { cancel() }
        body?()
    }

    /// Stops the timer; its closure is let go and never runs again.
    package func cancel() {
        guard let handle else { return }
        self.handle = nil
        body = nil
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<LoopTimer>.fromOpaque(closed.pointee.data).release()
                UnsafeMutableRawPointer(closed).deallocate()
            }
        }
    }
}

extension EventLoop {
    /// Runs a closure once, `after` from now; call on the loop.
    @discardableResult
    package func timer(after: Duration, _ body: @escaping () -> Void) -> LoopTimer {
        uv_update_time(uv)
        return LoopTimer(loop: self, after: after.wholeMilliseconds, every: 0, body)
    }

    /// Runs a closure every `interval` until cancelled; call on the loop.
    package func timer(every interval: Duration, _ body: @escaping () -> Void) -> LoopTimer {
        uv_update_time(uv)
        let milliseconds = max(1, interval.wholeMilliseconds)
        return LoopTimer(loop: self, after: milliseconds, every: milliseconds, body)
    }

    /// Suspends the calling task for a time.
    ///
    /// Throws `CancellationError` as soon as the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        let sleep = Sleep()
        let interrupted = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                execute { sleep.begin(on: self, for: duration, continuation) }
            }
        } onCancel: {
            // Runs on the thread that cancels.
            execute { sleep.end(interrupted: true) }
        }
        if interrupted { throw CancellationError() }
    }
}

/// One suspended sleeper; touched only on its loop.
private final class Sleep: @unchecked Sendable {
    private var continuation: CheckedContinuation<Bool, Never>?
    private var timer: LoopTimer?
    private var isInterrupted = false

    func begin(on loop: EventLoop, for duration: Duration, _ continuation: CheckedContinuation<Bool, Never>) {
        // The cancellation may come before the task is parked.
        if isInterrupted { return continuation.resume(returning: true) }
        self.continuation = continuation
        timer = loop.timer(after: duration) { self.end(interrupted: false) }
    }

    func end(interrupted: Bool) {
        if interrupted { isInterrupted = true }
        timer?.cancel()
        timer = nil
        guard let continuation else { return }
        self.continuation = nil
        continuation.resume(returning: interrupted)
    }
}

extension Duration {
    /// Milliseconds, rounded up, so that a timer never fires early; negative durations are zero.
    var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1000 + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
