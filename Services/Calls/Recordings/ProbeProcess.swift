import Glibc
import HTTPClient
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
            let probe = try JSON.decode(RecordingProbe.self, from: line)
            guard probe.isPlausible else { throw Failure(.unsupportedAudio) }
            return probe
        }
        // Whatever made the child end without a word, these bytes did.
        let refusal = try? JSON.decode(ProbeCommand.Refusal.self, from: line)
        throw Failure(.unsupportedAudio, refusal?.error.detail)
    }
}

/// The bytes of an upload on their way to the blob store, whose beginning is looked at before much more is taken.
///
/// Read once, by the store, on the request's task, hence `@unchecked Sendable`.
final class ProbedUpload: ByteSource, @unchecked Sendable {
    /// So many bytes are looked at: any header fits, and at telephone quality they hold some minutes.
    static let headBytes = 1 << 20
    /// After so many bytes the disk's reserve is checked again.
    private static let reserveInterval = 16 << 20

    let length: Int64?
    private let pull: () async throws -> [UInt8]?
    private let look: ([UInt8]) async throws -> RecordingProbe
    private let checkRoom: () async throws -> Void
    private var head: [UInt8] = []
    private var isAtEnd = false
    private var sinceCheck = 0
    /// What the beginning was; there once the first bytes have been handed on.
    private(set) var probe: RecordingProbe?
    private(set) var seen = 0

    init(
        length: Int64?, pull: @escaping () async throws -> [UInt8]?,
        look: @escaping ([UInt8]) async throws -> RecordingProbe, checkRoom: @escaping () async throws -> Void
    ) {
        self.length = length
        self.pull = pull
        self.look = look
        self.checkRoom = checkRoom
    }

    func next() async throws -> [UInt8]? {
        if probe == nil { return try await first() }
        guard !isAtEnd, let piece = try await pull() else { return nil }
        sinceCheck += piece.count
        if sinceCheck >= ProbedUpload.reserveInterval {
            sinceCheck = 0
            try await checkRoom()
        }
        return piece
    }

    /// Gathers the beginning, has it looked at and hands it on in one piece.
    private func first() async throws -> [UInt8]? {
        while head.count < ProbedUpload.headBytes {
            guard let piece = try await pull() else {
                isAtEnd = true
                break
            }
            head += piece
        }
        guard !head.isEmpty else { throw Failure(.unsupportedAudio, "The recording is empty.") }
        probe = try await look(head)
        seen = head.count
        let bytes = head
        head = []
        return bytes
    }
}
