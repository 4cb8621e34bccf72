import Glibc
import IO
import JSON
import Models

/// Starts `calls probe` for the beginning of an upload.
struct ProbeProcess: Sendable {
    /// The program itself; the process that asks is usually the same one.
    var executable = "/proc/self/exe"
    /// Where the beginnings lie while they are looked at.
    var folder: String
    var deadline = Duration.seconds(60)

    /// What the bytes are.
    ///
    /// `unsupported_audio` when they are no audio that can be read. Called on the loop.
    func run(_ head: [UInt8], loop: EventLoop) async throws -> RecordingProbe {
        let path = "\(folder)/\(RecordingID.make()).head"
        try await WorkerPool.files.run { try FileBytes.create(path, head) }
        let answer: Result<RecordingProbe, any Error>
        do { answer = .success(try await ask(path, loop)) } catch { answer = .failure(error) }
        _ = try await WorkerPool.files.run { unlink(path) }
        return try answer.get()
    }

    private func ask(_ path: String, _ loop: EventLoop) async throws -> RecordingProbe {
        let lines = try ChildLines(
            loop: loop, ChildProcess.Command(executable, ["probe", path]), deadline: deadline)
        lines.child.finishInput()
        let line = await lines.next() ?? []
        let termination = await lines.end()
        if case .exited(DecodeCommand.Status.success) = termination {
            return try JSON.decode(RecordingProbe.self, from: line)
        }
        // Whatever made the child end without a word, these bytes did.
        let refusal = try? JSON.decode(ProbeCommand.Refusal.self, from: line)
        throw Failure(.unsupportedAudio, refusal?.error.detail)
    }
}
