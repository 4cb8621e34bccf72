import HTTP
import IO

/// Passes the bytes of a WebSocket between a client and a service, in both directions at once.
///
/// Each direction goes no faster than its reader, and ends on its own. When the gateway stops, the client is told by a
/// close frame between two of the service's, and its answer goes on to the service. Confined to its loop.
final class Relay: @unchecked Sendable {
    /// Close, with 1001: the end of this process is not the end of the service, to which the client may come back.
    private static let goodbye: [UInt8] = [0x88, 0x02, 0x03, 0xe9]
    /// How long the client may take to answer it, and the service to come to the end of its frame.
    private static let patience = Duration.seconds(5)

    /// Bytes from the client.
    private(set) var received = 0
    /// Bytes to the client.
    private(set) var sent = 0
    private let service: (body: HTTPBody, writer: HTTPBodyWriter)
    private var frames = FrameBoundaries()
    private var leaving = Leaving.no
    private var deadline: LoopTimer?

    private enum Leaving {
        case no
        /// The client is to be told as soon as the service's frame is whole.
        case soon
        /// The client was told; what the service still says goes nowhere.
        case told
    }

    init(_ body: HTTPBody, _ writer: HTTPBodyWriter) { service = (body, writer) }

    /// Runs until both ends have finished; throws as soon as one is lost, and the other is let go.
    func run(_ input: HTTPBody, _ output: HTTPBodyWriter) async throws {
        guard let loop = input.interruptionLoop else { throw HTTPBodyError.connectionClosed }
        // A task of its own, which goes on when this one is told to end.
        let work = loop.spawn { [self] () async -> Result<Void, any Error> in
            do { return .success(try await pass(input, output)) } catch { return .failure(error) }
        }
        let result = await withTaskCancellationHandler {
            await work.value
        } onCancel: { [self] in
            loop.execute { [self] in leave(output, work, loop) }
        }
        deadline?.cancel()
        deadline = nil
        try result.get()
    }

    private func pass(_ input: HTTPBody, _ output: HTTPBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while let piece = try await input.next() {
                    received += piece.count
                    try await service.writer.write(piece)
                }
                service.writer.finish()
            }
            group.addTask { [self] in
                while let piece = try await service.body.next() { try await passOn(piece, output) }
                output.finish()
            }
            // Not `waitForAll`, which would wait for the first before it hears of the second.
            while try await group.next() != nil {}
        }
    }

    private func passOn(_ piece: [UInt8], _ output: HTTPBodyWriter) async throws {
        switch leaving {
        case .no:
            _ = frames.pass(piece)
            sent += piece.count
            try await output.write(piece)
        case .soon:
            let count = frames.pass(piece, stops: true)
            sent += count
            try await output.write(Array(piece[..<count]))
            if frames.isBetween, case .soon = leaving { try sayGoodbye(output) }
        case .told: break
        }
    }

    /// The gateway stops, or the client is lost, which the directions hear by themselves.
    private func leave(_ output: HTTPBodyWriter, _ work: Task<Result<Void, any Error>, Never>, _ loop: EventLoop) {
        guard case .no = leaving else { return }
        leaving = .soon
        deadline = loop.timer(after: Self.patience) { work.cancel() }
        guard frames.isBetween else { return }
        do { try sayGoodbye(output) } catch {
            // The client is gone.
            work.cancel()
        }
    }

    /// Without waiting for room, which somebody else may be doing.
    private func sayGoodbye(_ output: HTTPBodyWriter) throws {
        leaving = .told
        sent += Self.goodbye.count
        try output.writeNow(Self.goodbye)
    }
}
