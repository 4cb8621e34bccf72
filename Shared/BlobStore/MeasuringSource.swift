import Crypto
import HTTPClient

/// Passes bytes on, counts and digests them, and fails when they are not as many as announced.
///
/// One reader at a time, as every source has.
final class MeasuringSource: ByteSource, @unchecked Sendable {
    let digest = SHA256()
    let length: Int64?
    private(set) var size: Int64 = 0
    private let source: any ByteSource

    init(_ source: any ByteSource, expected: Int64?) {
        self.source = source
        length = expected
    }

    func next() async throws -> [UInt8]? {
        guard let piece = try await source.next() else {
            if let length, size != length { throw BlobStoreError.lengthMismatch }
            return nil
        }
        size += Int64(piece.count)
        if let length, size > length { throw BlobStoreError.lengthMismatch }
        digest.update(piece)
        return piece
    }
}
