import HTTP

/// Passes bytes between a client and a service that have agreed on another protocol, in both directions at once.
///
/// Each direction goes no faster than its reader, and ends on its own. Confined to its loop.
final class Relay: @unchecked Sendable {
    /// Bytes from the client.
    private(set) var received = 0
    /// Bytes to the client.
    private(set) var sent = 0
    private let service: (body: HTTPBody, writer: HTTPBodyWriter)

    init(_ body: HTTPBody, _ writer: HTTPBodyWriter) { service = (body, writer) }

    /// Runs until both ends have finished; throws as soon as one is lost, and the other is let go.
    func run(_ input: HTTPBody, _ output: HTTPBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while let piece = try await input.next() {
                    received += piece.count
                    try await service.writer.write(piece)
                }
                service.writer.finish()
            }
            group.addTask { [self] in
                while let piece = try await service.body.next() {
                    sent += piece.count
                    try await output.write(piece)
                }
                output.finish()
            }
            // Not `waitForAll`, which would wait for the first before it hears of the second.
            while try await group.next() != nil {}
        }
    }
}
