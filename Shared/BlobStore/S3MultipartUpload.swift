import Crypto
import HTTP
import HTTPClient
import Models

/// Sends a blob in parts, each of which is here as a whole and can be sent again.
struct S3MultipartUpload {
    private static let maximumParts = 10_000

    let store: S3BlobStore
    let key: BlobKey
    let partSize: Int

    func run(_ source: any ByteSource) async throws -> StoredBlob {
        let measured = MeasuringSource(source, expected: source.length)
        var rest: [UInt8] = []
        let first = try await part(of: measured, &rest)
        // Small blobs need no parts.
        guard first.count == partSize else { return try await store.put(key, first) }
        let started = try await store.send(store.request(.post, key, query: "uploads="))
        guard let upload = S3Answer(started.body).text("UploadId"), let name = Self.encoded(upload) else {
            throw BlobStoreError.invalidResponse
        }
        do {
            try await sendParts(first, measured, &rest, upload: name)
        } catch {
            try await abort(upload: name)
            throw error
        }
        return StoredBlob(size: measured.size, sha256: measured.digest.finish())
    }

    private func sendParts(
        _ first: [UInt8], _ source: MeasuringSource, _ rest: inout [UInt8], upload: String
    ) async throws {
        var list = ""
        var part = first
        var number = 1
        while !part.isEmpty {
            guard number <= Self.maximumParts else { throw BlobStoreError.tooLarge }
            let request = store.request(
                .put, key, query: "partNumber=\(number)&uploadId=\(upload)",
                payload: Hex.encode(SHA256.digest(part)), body: .bytes(part))
            guard let tag = try await store.send(request).headers["etag"] else { throw BlobStoreError.invalidResponse }
            list += "<Part><PartNumber>\(number)</PartNumber><ETag>\(MarkupText.escape(tag))</ETag></Part>"
            part = try await self.part(of: source, &rest)
            number += 1
        }
        let body = Array("<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>".utf8)
        var request = store.request(
            .post, key, query: "uploadId=\(upload)", payload: Hex.encode(SHA256.digest(body)), body: .bytes(body))
        request.isRepeatable = true
        // A store that fails after it has begun to answer says so in a body of status 200.
        guard S3Answer(try await store.send(request).body).text("ETag") != nil else {
            throw BlobStoreError.invalidResponse
        }
    }

    /// Parts that are never put together would be kept, and paid for, without being seen.
    ///
    /// Its own failure is not told: what the caller needs to know is why the upload failed.
    private func abort(upload: String) async throws {
        do { _ = try await store.send(store.request(.delete, key, query: "uploadId=\(upload)")) } catch {}
    }

    /// The next part, whole but for the last.
    private func part(of source: MeasuringSource, _ rest: inout [UInt8]) async throws -> [UInt8] {
        var part = rest
        rest = []
        while part.count < partSize, let piece = try await source.next() { part += piece }
        if part.count > partSize {
            rest = Array(part[partSize...])
            part.removeLast(part.count - partSize)
        }
        return part
    }

    /// The upload's name as a value of a query; nil for one that no store gives.
    private static func encoded(_ name: String) -> String? {
        let text = PercentCode.encode(name)
        return text.isEmpty || text.utf8.count > 4096 ? nil : text
    }
}
