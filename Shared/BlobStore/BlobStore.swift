package import HTTP
package import HTTPClient
package import Models

/// Keeps recordings and what is made of them: a folder or an object store, with the same promises.
///
/// What `put` has returned survives a crash; a put that failed or was cancelled leaves nothing under its key. Keys that
/// no row names are found by `list` and removed by a nightly job.
package protocol BlobStore: Sendable {
    /// Stores what the source gives, replacing what was there.
    func put(_ key: BlobKey, _ source: any ByteSource) async throws -> StoredBlob
    /// The blob or a range of it, cut to its size; nil when there is none.
    ///
    /// An empty blob, and a range that begins at or behind the end, give no bytes.
    func get(_ key: BlobKey, range: Range<Int64>?) async throws -> BlobContent?
    /// The size; nil when there is no such blob.
    func size(of key: BlobKey) async throws -> Int64?
    /// Removes the blob, if there is one.
    func delete(_ key: BlobKey) async throws
    /// Up to `limit` blobs behind `after` in the store's own order, which does not change.
    func list(after: BlobKey?, limit: Int) async throws -> [BlobEntry]
    /// Throws `insufficient_storage` when so many bytes more would leave less than the reserve.
    func checkRoom(for bytes: Int64) async throws
}

/// What a put has measured.
package struct StoredBlob: Sendable, Hashable {
    package let size: Int64
    /// 32 bytes.
    package let sha256: [UInt8]
}

/// A stored blob, or a range of one, as it is read.
package struct BlobContent: Sendable {
    /// Of the whole blob.
    package let size: Int64
    /// What `source` gives.
    package let range: Range<Int64>
    package let source: any ByteSource

    /// The bytes as the body of an answer, read as fast as the client takes them.
    package var body: HTTPResponse.Body {
        .stream(length: range.upperBound - range.lowerBound) { writer in
            while let piece = try await source.next() { try await writer.write(piece) }
        }
    }
}

/// One blob of a list.
package struct BlobEntry: Sendable, Hashable {
    package let key: BlobKey
    package let size: Int64
    package let storedAt: Timestamp
}

/// Why a store could not do what it was asked.
///
/// The description holds no key, path or address.
package enum BlobStoreError: Error, Equatable, CustomStringConvertible {
    /// The source gave another number of bytes than it had said.
    case lengthMismatch
    /// The object store answered with this status.
    case refused(status: Int)
    /// The object store's answer could not be read.
    case invalidResponse
    /// More bytes than one object can have.
    case tooLarge

    package var description: String {
        switch self {
        case .lengthMismatch: "the bytes were not as many as announced"
        case .refused(let status): "the object store answered \(status)"
        case .invalidResponse: "the object store's answer is not understood"
        case .tooLarge: "too many bytes for one object"
        }
    }
}
