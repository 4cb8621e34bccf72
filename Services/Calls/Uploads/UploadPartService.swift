import BlobStore
import HTTPClient
import Jobs
import Models
import Web

/// The parts of an upload in the blob store.
struct UploadParts: Sendable {
    private static let perPage = 200

    let blobs: any BlobStore

    static func key(_ part: String, of upload: UploadID, in tenant: TenantID) -> BlobKey {
        BlobKey(tenant: tenant, upload: upload.description, part: part)
    }

    /// Removes all parts, those that no row names too.
    func remove(_ upload: UploadID, in tenant: TenantID) async throws {
        guard let start = BlobKey("\(tenant)/uploads/\(upload)") else { return }
        while true {
            let page = try await blobs.list(after: start, limit: Self.perPage)
            let own = page.prefix { $0.key.description.hasPrefix("\(start)/") }
            for entry in own { try await blobs.delete(entry.key) }
            guard own.count == Self.perPage else { return }
        }
    }
}

/// The parts one after another, as they were before they were parted.
///
/// Read once, by one reader, hence `@unchecked Sendable`.
final class JoinedParts: @unchecked Sendable {
    private let blobs: any BlobStore
    private var keys: ArraySlice<BlobKey>
    private var current: (any ByteSource)?

    init(_ keys: [BlobKey], in blobs: any BlobStore) {
        self.keys = keys[...]
        self.blobs = blobs
    }

    func next() async throws -> [UInt8]? {
        while true {
            if let piece = try await current?.next() { return piece }
            guard let key = keys.popFirst() else { return nil }
            guard let content = try await blobs.get(key, range: nil) else {
                throw Failure(.unavailable, "A part of the upload cannot be reached at the moment.")
            }
            current = content.source
        }
    }
}

/// The bytes of one part on their way in.
///
/// Read once, by the store, on the request's task, hence `@unchecked Sendable`.
final class PartSource: ByteSource, @unchecked Sendable {
    let length: Int64?
    private let body: RawBody
    private let limit: Int64
    private var count: Int64 = 0

    /// More than `limit` bytes are more than are missing.
    init(_ body: RawBody, limit: Int64) {
        self.body = body
        self.limit = limit
        length = body.declaredLength
    }

    func next() async throws -> [UInt8]? {
        guard let piece = try await body.next() else { return nil }
        count += Int64(piece.count)
        guard count <= limit else { throw Failure(.conflict, "The part has more bytes than are missing.") }
        return piece
    }
}

/// Removes uploads that nobody finished.
struct ExpireUploadsJob: Job {
    static let kind = "expire_uploads"
}

/// What has expired, over all tenants.
struct UploadSweep: Sendable {
    private static let bound = 500

    let store: UploadStore
    let blobs: any BlobStore

    func run() async throws {
        while true {
            let expired = try await store.expired(limit: Self.bound)
            for upload in expired {
                try await UploadParts(blobs: blobs).remove(upload.id, in: upload.tenant)
                try await store.delete(upload.id, in: upload.tenant)
            }
            guard expired.count == Self.bound else { return }
        }
    }
}
