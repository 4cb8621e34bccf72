import Glibc

/// Where log lines go; called from any thread, one whole line at a time.
package protocol LogSink: Sendable {
    /// Takes one line, which ends in a line break; its bytes are gone after the call.
    func write(_ line: UnsafeRawBufferPointer)
    /// Lets go of what is kept back; called behind lines that must not be lost.
    func flush()
}

extension LogSink {
    /// A sink that keeps nothing back has nothing to do.
    package func flush() {}
}

/// Standard error by `write(2)`, one call a line, so that lines of several threads do not mix.
package struct StandardErrorLog: LogSink {
    /// The process's standard error.
    package init() {}

    /// Writes the line, or drops what a closed or full standard error does not take.
    package func write(_ line: UnsafeRawBufferPointer) { Self.write(line) }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32 = STDERR_FILENO) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            // A log must not stop the process that it tells of.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
