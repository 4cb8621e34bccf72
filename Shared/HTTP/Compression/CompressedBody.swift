package import IO

/// The body's compressed form could not be made.
package struct CompressionError: Error {}

extension HTTPResponse.Body {
    /// Pieces above this size are compressed by a worker, so that the loop's other connections do not wait.
    package static let compressedOnLoop = 16 << 10

    /// The same body in a coding; nil when it is empty, or when its compressed form is not smaller.
    ///
    /// A stream is compressed piece by piece, each of which the client can read at once.
    package func compressed(_ coding: ContentCoding, level: Int, on pool: WorkerPool) async -> HTTPResponse.Body? {
        switch self {
        case .empty, .upgraded: return nil
        case .bytes(let bytes):
            let whole = await Self.offLoop(bytes.count, pool) { Compressor.whole(bytes, coding, level: level) }
            guard let whole, whole.count < bytes.count else { return nil }
            return .bytes(whole)
        case .stream(_, let body):
            return .stream(length: nil) { writer in
                guard let compressor = Compressor(coding, level: level) else { throw CompressionError() }
                let sink = CompressingSink(compressor, pool, writer)
                try await body(HTTPBodyWriter(sink))
                try await sink.finish()
            }
        }
    }

    /// Runs work on a worker when it is large; when all are busy, here.
    static func offLoop<Value: Sendable>(
        _ size: Int, _ pool: WorkerPool, _ work: @escaping @Sendable () -> Value
    ) async -> Value {
        guard size > compressedOnLoop else { return work() }
        do { return try await pool.run(work) } catch { return work() }
    }
}

/// Compresses what is written before it goes on.
///
/// Confined to the loop of the connection; the compressor is at a worker while `waitForRoom` is suspended.
private final class CompressingSink: HTTPBodySink {
    private let compressor: Compressor
    private let pool: WorkerPool
    private let writer: HTTPBodyWriter
    private var waiting: [UInt8] = []
    /// What was written goes on with `waitForRoom`, the head too.
    private(set) var hasRoom = true

    init(_ compressor: Compressor, _ pool: WorkerPool, _ writer: HTTPBodyWriter) {
        self.compressor = compressor
        self.pool = pool
        self.writer = writer
    }

    func write(_ bytes: [UInt8]) throws {
        hasRoom = false
        if waiting.isEmpty { waiting = bytes } else { waiting += bytes }
    }

    func waitForRoom() async throws { try await pass(.all) }

    func finishWriting() {}

    func finish() async throws { try await pass(.end) }

    private func pass(_ flush: Compressor.Flush) async throws {
        var bytes: [UInt8] = []
        swap(&bytes, &waiting)
        hasRoom = true
        // Nothing at all sends the head.
        if bytes.isEmpty, case .all = flush { return try await writer.write([]) }
        let (compressor, piece) = (compressor, bytes)
        let compressed = await HTTPResponse.Body.offLoop(piece.count, pool) { compressor.compress(piece, flush) }
        guard let compressed else { throw CompressionError() }
        try await writer.write(compressed)
    }
}
