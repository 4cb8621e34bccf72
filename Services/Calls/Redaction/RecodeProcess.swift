import IO
import JSON

/// Starts `calls recode` for one recording.
struct RecodeProcess: Sendable {
    /// The program itself; the process that asks is usually the same one.
    var executable = "/proc/self/exe"
    var deadline = Duration.seconds(3_600)

    /// Writes a new file; called on the loop.
    func run(
        loop: EventLoop, recording: String, into file: String, silent spans: [SilentSpan] = []
    ) async throws(EngineError) -> RecodedRecording {
        guard spans.count <= RecodeCommand.mostSpans else {
            throw EngineError("too_many_redactions", "The recording has more silent spans than can be made.")
        }
        let lines: ChildLines
        do {
            lines = try ChildLines(
                loop: loop,
                ChildProcess.Command(executable, ["recode", recording, file] + spans.map(\.argument)),
                deadline: deadline)
        } catch {
            throw .childDied("recoder")
        }
        lines.child.finishInput()
        let answer = await lines.next() ?? []
        let termination = await lines.end()
        if lines.isLate { throw .tookTooLong }
        guard case .exited(let status) = termination else { throw .childDied("recoder") }
        do {
            if status == DecodeCommand.Status.success { return try JSON.decode(RecodedRecording.self, from: answer) }
            let reason = try JSON.decode(ProbeCommand.Refusal.self, from: answer).error
            throw EngineError(
                reason.code, reason.detail,
                isRetryable: status == DecodeCommand.Status.cannotWrite || status == DecodeCommand.Status.noInput)
        } catch let error as EngineError {
            throw error
        } catch {
            throw .childDied("recoder")
        }
    }
}
