import Glibc
import IO

/// The lines that a child writes on its standard output, and the end of the child when it takes too long.
///
/// Confined to the child's loop.
final class ChildLines {
    /// A line of ours is a few kilobytes; a child that writes longer ones is out of its mind.
    private static let lineLimit = 1 << 20

    /// A child that ends before it has read its input must be an error of that write, not the end of this process.
    private static let brokenPipesAreErrors: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    let child: ChildProcess
    private let loop: EventLoop
    private(set) var isLate = false
    private var buffer: [UInt8] = []
    private var timer: LoopTimer?

    init(loop: EventLoop, _ command: ChildProcess.Command, deadline: Duration) throws(IOError) {
        ChildLines.brokenPipesAreErrors
        self.loop = loop
        child = try ChildProcess(loop: loop, command)
        timer = loop.timer(after: deadline) { [weak self] in
            self?.isLate = true
            self?.child.kill(9)
        }
    }

    /// The next line without its end, or nil when the child has closed its output; a cancelled task ends the child.
    func next() async -> [UInt8]? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return line
            }
            guard buffer.count <= ChildLines.lineLimit, let bytes = await output() else { return nil }
            buffer.append(contentsOf: bytes)
        }
    }

    private func output() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await child.nextOutput()
        } onCancel: { [loop, child] in
            loop.execute { child.kill(9) }
        }
    }

    /// Waits for the child, having ended it first when it still talks and nobody listens.
    func end() async -> ChildProcess.Termination {
        if buffer.count > ChildLines.lineLimit { child.kill(9) }
        let termination = await child.wait()
        timer?.cancel()
        return termination
    }
}
