import Glibc
import IO
import JSON
import TestSupport

/// A Python program in a child process that says what it has to say in lines of JSON.
///
/// Confined to the test's loop.
final class PythonPeer: @unchecked Sendable {
    /// The interpreter that a variable of the environment names, unless it is not there.
    static func interpreter(_ variable: String) -> String? {
        guard let path = getenv(variable).map({ String(cString: $0) }), access(path, X_OK) == 0 else { return nil }
        return path
    }

    private let child: ChildProcess
    private var buffer: [UInt8] = []

    init(_ loop: EventLoop, _ interpreter: String, _ script: String, _ arguments: [String] = []) throws {
        child = try ChildProcess(
            loop: loop,
            .init(
                interpreter, ["-c", script] + arguments, environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"])
        )
    }

    /// The next line that the child writes.
    func next<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return try JSON.decode(type, from: line)
            }
            guard let bytes = await child.nextOutput() else {
                throw ProgramError(String(decoding: child.errorTail, as: UTF8.self))
            }
            buffer += bytes
        }
    }

    /// Ends the child and waits for it.
    func stop() async {
        child.kill(SIGTERM)
        _ = await child.wait()
    }
}
