/// Writes a streamed response body, no faster than the client reads it.
///
/// Confined to the loop of its connection, hence `@unchecked Sendable`.
package final class HTTPBodyWriter: @unchecked Sendable {
    private let sink: any HTTPBodySink
    /// Bytes that were given to it.
    package private(set) var written: Int64 = 0

    /// A writer to the end of a connection that the sink stands for.
    package init(_ sink: any HTTPBodySink) { self.sink = sink }

    /// Writes bytes and suspends while too many wait for the client.
    ///
    /// No bytes at all send the head, which otherwise waits for the first piece. Throws when the client has gone.
    package func write(_ bytes: [UInt8]) async throws {
        written += Int64(bytes.count)
        try sink.write(bytes)
        try await sink.waitForRoom()
    }

    /// Writes without waiting, for who looks at `hasRoom` and keeps a bound of its own.
    package func writeNow(_ bytes: [UInt8]) throws {
        written += Int64(bytes.count)
        try sink.write(bytes)
    }

    /// Whether little enough waits for the client.
    var hasRoom: Bool { sink.hasRoom }

    /// Suspends until little enough waits for the client.
    func waitForRoom() async throws { try await sink.waitForRoom() }

    /// Ends this direction of an upgraded connection, which can still be read; any other body ends with its closure.
    package func finish() { sink.finishWriting() }
}

/// Where a body writer's bytes go.
package protocol HTTPBodySink: AnyObject {
    func write(_ bytes: [UInt8]) throws
    /// Whether a writer need not wait.
    var hasRoom: Bool { get }
    func waitForRoom() async throws
    /// Says that nothing more will be written, on an upgraded connection.
    func finishWriting()
}

/// What writes a streamed body.
typealias BodyStream = @Sendable (HTTPBodyWriter) async throws -> Void
