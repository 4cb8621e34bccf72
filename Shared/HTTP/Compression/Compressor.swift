/// Compresses one body piece by piece.
///
/// Used by one thread at a time, hence `@unchecked Sendable`: the stream of a body hands it to a worker and waits.
package final class Compressor: @unchecked Sendable {
    /// What becomes of the bytes that the library holds back for a better result.
    package enum Flush: Sendable {
        case none
        /// The reader can decompress everything so far.
        case all
        /// Nothing follows.
        case end
    }

    private let stream: any CompressionStream

    /// A compressor at a level from 0 to 9, higher is smaller and slower; nil when there is no memory for it.
    package init?(_ coding: ContentCoding, level: Int) {
        let made: (any CompressionStream)? =
            switch coding {
            case .brotli: BrotliStream(level: level)
            case .gzip: GzipStream(level: level)
            }
        guard let made else { return nil }
        stream = made
    }

    /// The compressed form of the next bytes, which may be none yet; nil when the library failed.
    package func compress(_ bytes: [UInt8], _ flush: Flush) -> [UInt8]? { stream.compress(bytes, flush) }

    /// A whole body at once; nil when the library failed.
    package static func whole(_ bytes: [UInt8], _ coding: ContentCoding, level: Int) -> [UInt8]? {
        Compressor(coding, level: level)?.compress(bytes, .end)
    }
}

/// One library's state for one body.
protocol CompressionStream: AnyObject {
    func compress(_ bytes: [UInt8], _ flush: Compressor.Flush) -> [UInt8]?
}
