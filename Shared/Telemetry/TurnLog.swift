import Glibc
import Synchronization

/// Standard error by one `write(2)` for all lines of an event loop's turn.
///
/// Whoever owns the loops has each call `flush` before it waits. Warnings and errors are flushed at once by the logger;
/// a process that is killed loses the other lines of the turn it was in.
package final class TurnLog: LogSink {
    /// More than this is not kept back.
    private static let mostBytes = 32_768

    private let descriptor: Int32
    private let waiting = Mutex<[UInt8]>([])

    /// A log that keeps nothing yet.
    package init(descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

    package func write(_ line: UnsafeRawBufferPointer) {
        waiting.withLock { waiting in
            waiting.append(contentsOf: line)
            if waiting.count >= Self.mostBytes { empty(&waiting) }
        }
    }

    package func flush() {
        waiting.withLock { empty(&$0) }
    }

    /// Under the lock, so that the lines of several threads stay in order.
    private func empty(_ waiting: inout [UInt8]) {
        guard !waiting.isEmpty else { return }
        waiting.withUnsafeBytes { StandardErrorLog.write($0, to: descriptor) }
        waiting.removeAll(keepingCapacity: true)
    }
}
