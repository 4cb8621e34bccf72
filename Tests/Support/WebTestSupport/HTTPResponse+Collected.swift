package import HTTP

extension HTTPResponse {
    /// The whole body, whether it is held or streamed.
    package func collected() async throws -> [UInt8] {
        guard case .stream(_, let write) = body else { return bytes }
        let sink = CollectingSink()
        try await write(HTTPBodyWriter(sink))
        return sink.bytes
    }

    /// The lines of the whole body.
    package func lines() async throws -> [String] {
        String(decoding: try await collected(), as: UTF8.self).split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }
}

/// Keeps what is written to it; confined to the task that collects.
private final class CollectingSink: HTTPBodySink, @unchecked Sendable {
    private(set) var bytes: [UInt8] = []
    var hasRoom: Bool { true }

    func write(_ bytes: [UInt8]) { self.bytes += bytes }
    func waitForRoom() {}
    func finishWriting() {}
}
