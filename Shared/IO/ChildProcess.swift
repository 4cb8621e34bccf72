import CLibuv
import Glibc

/// A program that runs beside this one, with pipes for its input, output and error text.
///
/// Confined to its loop. What the child writes waits in the pipe until it is read, so a child cannot fill our memory.
package final class ChildProcess: @unchecked Sendable {
    /// How a child ended.
    package enum Termination: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// What to start.
    package struct Command: Sendable {
        /// An absolute path, or a name that is looked up in PATH.
        package var executable: String
        package var arguments: [String]
        /// The whole environment: nothing is inherited, so no secret of ours reaches a child.
        package var environment: [String: String]
        package var workingDirectory: String?

        package init(
            _ executable: String, _ arguments: [String], environment: [String: String] = [:],
            workingDirectory: String? = nil
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.workingDirectory = workingDirectory
        }
    }

    /// How much of the end of the child's error text is kept.
    private static let errorTailLimit = 8192

    private let loop: EventLoop
    private let handle = UnsafeMutablePointer<uv_process_t>.allocate(capacity: 1)
    private let input: ChildPipe
    private let output: ChildPipe
    private let errors: ChildPipe
    private var termination: Termination?
    private var waiters: [CheckedContinuation<Termination, Never>] = []
    /// The last few kilobytes of the child's standard error.
    package private(set) var errorTail: [UInt8] = []

    package var processID: Int32 { handle.pointee.pid }

    /// Starts a program; throws when it cannot be started.
    package init(loop: EventLoop, _ command: Command) throws(IOError) {
        loop.preconditionCurrent()
        self.loop = loop
        input = ChildPipe(loop: loop)
        output = ChildPipe(loop: loop)
        errors = ChildPipe(loop: loop)
        // Released when the child has ended and its handle has closed.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = spawn(command)
        guard status == 0 else {
            input.close()
            output.close()
            errors.close()
            closeHandle()
            throw IOError("spawn", code: status)
        }
        errors.start { [weak self] bytes in self?.keep(bytes) }
    }

    private func spawn(_ command: Command) -> Int32 {
        var options = uv_process_options_t()
        options.exit_cb = { process, status, signal in
            guard let data = process?.pointee.data else { return }
            let termination: Termination = signal != 0 ? .signalled(signal) : .exited(Int32(truncatingIfNeeded: status))
            Unmanaged<ChildProcess>.fromOpaque(data).takeUnretainedValue().didEnd(termination)
        }
        var stdio = [
            input.container(UV_CREATE_PIPE.rawValue | UV_READABLE_PIPE.rawValue),
            output.container(UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue),
            errors.container(UV_CREATE_PIPE.rawValue | UV_WRITABLE_PIPE.rawValue),
        ]
        // duplicated for the call only; freed below.
        var arguments = ([command.executable] + command.arguments).map { strdup($0) } + [nil]
        var environment = command.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let executable = strdup(command.executable)
        let directory = command.workingDirectory.map { strdup($0) }
        defer {
            for pointer in arguments + environment { free(pointer) }
            free(executable)
            if let directory { free(directory) }
        }
        return stdio.withUnsafeMutableBufferPointer { stdio in
            arguments.withUnsafeMutableBufferPointer { arguments in
                environment.withUnsafeMutableBufferPointer { environment in
                    options.file = UnsafePointer(executable)
                    options.args = arguments.baseAddress
                    options.env = environment.baseAddress
                    if let directory { options.cwd = UnsafePointer(directory) }
                    options.stdio = stdio.baseAddress
                    options.stdio_count = 3
                    return uv_spawn(loop.uv, handle, &options)
                }
            }
        }
    }

    /// Writes to the child's standard input; a child that does not read it is ended with the deadline of its caller.
    package func write(_ bytes: [UInt8]) { input.write(bytes) }

    /// Closes the child's standard input once all that was written has gone.
    package func finishInput() { input.finish() }

    /// The next bytes of standard output, nil at its end; one reader at a time.
    package func nextOutput() async -> [UInt8]? { await output.next() }

    /// Waits for the end and gives what it was; may be asked again.
    package func wait() async -> Termination {
        if let termination { return termination }
        return await withCheckedContinuation { waiters.append($0) }
    }

    /// Sends a signal; nothing happens after the end.
    package func kill(_ signal: Int32) {
        guard termination == nil else { return }
        uv_process_kill(handle, signal)
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        errorTail.append(contentsOf: bytes)
        if errorTail.count > Self.errorTailLimit { errorTail.removeFirst(errorTail.count - Self.errorTailLimit) }
    }

    private func didEnd(_ termination: Termination) {
        self.termination = termination
        input.close()
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.resume(returning: termination) }
        closeHandle()
    }

    private func closeHandle() {
        UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { plain in
            uv_close(plain) { closed in
                guard let closed else { return }
                Unmanaged<ChildProcess>.fromOpaque(closed.pointee.data).release()
            }
        }
    }

    deinit {
        handle.deallocate()
    }
}
