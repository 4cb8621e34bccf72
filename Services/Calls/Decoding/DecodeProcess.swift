import IO
import JSON

/// Starts `calls decode` for one recording and reads what it left.
struct DecodeProcess: Sendable {
    private struct Refusal: Codable {
        struct Reason: Codable {
            var code: String
            var detail: String
        }
        var error: Reason
    }

    /// The program itself; the process that asks is usually the same one.
    var executable = "/proc/self/exe"
    var deadline = Duration.seconds(1_800)

    /// Decodes into a folder that exists and is empty; called on the loop.
    func run(
        loop: EventLoop, recording: String, into folder: DecodedFolder, pieceSeconds: Int = 60
    ) async throws(EngineError) -> DecodedManifest {
        let lines: ChildLines
        do {
            lines = try ChildLines(
                loop: loop,
                ChildProcess.Command(executable, ["decode", recording, folder.path, String(pieceSeconds)]),
                deadline: deadline)
        } catch {
            throw .childDied("decoder")
        }
        lines.child.finishInput()
        let answer = await lines.next()
        let termination = await lines.end()
        if lines.isLate { throw .tookTooLong }
        switch termination {
        case .exited(DecodeCommand.Status.success): return try await manifest(in: folder)
        case .exited(let status): throw refusal(answer, status: status)
        case .signalled: throw .childDied("decoder")
        }
    }

    private func refusal(_ line: [UInt8]?, status: Int32) -> EngineError {
        do {
            let reason = try JSON.decode(Refusal.self, from: line ?? []).error
            return EngineError(
                reason.code, reason.detail,
                isRetryable: status == DecodeCommand.Status.cannotWrite || status == DecodeCommand.Status.noInput)
        } catch {
            return .childDied("decoder")  // It ended before it could say why.
        }
    }

    private func manifest(in folder: DecodedFolder) async throws(EngineError) -> DecodedManifest {
        do {
            return try await WorkerPool.files.run {
                let bytes = try FileBytes.read(folder.file(DecodedManifest.fileName), limit: 32 << 20)
                let manifest = try JSON.decode(DecodedManifest.self, from: bytes)
                guard manifest.isPlausible else { throw EngineError.childDied("decoder") }
                return manifest
            }
        } catch {
            throw .childDied("decoder")
        }
    }
}
