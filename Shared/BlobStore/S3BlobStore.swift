import Crypto
import HTTP
package import HTTPClient
import Models

/// Keeps blobs in an object store that speaks the S3 protocol; belongs to the loop of its client.
///
/// A blob of known length is one request. One of unknown length goes up in parts, which the store puts together at the
/// end; a failed upload is aborted, so that its parts do not stay and cost.
package struct S3BlobStore: BlobStore {
    /// The most that one request may carry.
    private static let maximumSinglePut: Int64 = 5 << 30

    private let client: OutboundHTTPClient
    private let configuration: S3Configuration

    /// A store in one bucket; the client's guard must let it through, since the operator gives the endpoint.
    package init(client: OutboundHTTPClient, configuration: S3Configuration) {
        self.client = client
        self.configuration = configuration
    }

    package func put(_ key: BlobKey, _ source: any ByteSource) async throws -> StoredBlob {
        guard let length = source.length, length > configuration.partSize else {
            return try await S3MultipartUpload(store: self, key: key, partSize: configuration.partSize).run(source)
        }
        guard length <= Self.maximumSinglePut else { throw BlobStoreError.tooLarge }
        let measured = MeasuringSource(source, expected: length)
        // The digest is not known before the bytes have gone; TLS protects them on the way.
        var request = request(.put, key, payload: "UNSIGNED-PAYLOAD", body: .stream(measured))
        // A gigabyte in an hour; a connection that stands still is given up earlier.
        request.deadline = .seconds(3600)
        try Self.check(try await client.send(request))
        // curl stops at the announced length; only the source knows that there was more.
        guard try await source.next() == nil else {
            try await delete(key)
            throw BlobStoreError.lengthMismatch
        }
        return StoredBlob(size: length, sha256: measured.digest.finish())
    }

    /// Stores bytes that are all here, in one request that may be repeated.
    func put(_ key: BlobKey, _ bytes: [UInt8]) async throws -> StoredBlob {
        let digest = SHA256.digest(bytes)
        let request = request(.put, key, payload: Hex.encode(digest), body: .bytes(bytes))
        try Self.check(try await client.send(request, retrying: RetryPolicy()))
        return StoredBlob(size: Int64(bytes.count), sha256: digest)
    }

    package func get(_ key: BlobKey, range: Range<Int64>?) async throws -> BlobContent? {
        // Asked first, because a range behind the end of an object is an error to some stores and the whole to others.
        guard let size = try await size(of: key) else { return nil }
        let range = (range ?? 0..<size).clamped(to: 0..<size)
        guard !range.isEmpty else { return BlobContent(size: size, range: range, source: HTTPBody.empty) }
        var request = request(.get, key)
        request.headers.set("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        request.deadline = .seconds(3600)
        request.maximumResponseBytes = .max
        let answer = try await client.open(request)
        if answer.status == 404 { return nil }
        guard answer.status == 206 else { throw BlobStoreError.refused(status: answer.status) }
        let count = range.upperBound - range.lowerBound
        return BlobContent(size: size, range: range, source: MeasuringSource(answer.body, expected: count))
    }

    package func size(of key: BlobKey) async throws -> Int64? {
        let answer = try await client.send(request(.head, key), retrying: RetryPolicy())
        if answer.status == 404 { return nil }
        try Self.check(answer)
        guard let size = answer.headers["content-length"].flatMap({ Int64($0) }) else {
            throw BlobStoreError.invalidResponse
        }
        return size
    }

    package func delete(_ key: BlobKey) async throws {
        let answer = try await client.send(request(.delete, key), retrying: RetryPolicy())
        if answer.status != 404 { try Self.check(answer) }
    }

    package func list(after: BlobKey?, limit: Int) async throws -> [BlobEntry] {
        // In the order of their names, as the signature wants them.
        var query = "list-type=2&max-keys=\(min(limit, 1000))"
        if let after { query += "&start-after=\(after.description.split(separator: "/").joined(separator: "%2F"))" }
        var request = request(.get, nil, query: query)
        request.maximumResponseBytes = 8 << 20
        let answer = try await client.send(request, retrying: RetryPolicy())
        try Self.check(answer)
        return S3Answer(answer.body).blocks("Contents").compactMap { block in
            // What others put into the bucket is not ours to name.
            guard let key = block.text("Key").flatMap({ BlobKey($0) }),
                let size = block.text("Size").flatMap({ Int64($0) }),
                let storedAt = block.text("LastModified").flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            return BlobEntry(key: key, size: size, storedAt: storedAt)
        }
    }

    /// Does nothing: an object store has no disk of ours.
    package func checkRoom(for bytes: Int64) async throws {}

    // Requests.

    /// A signed request; `payload` is the body's SHA-256 in hexadecimal or the word for "not signed".
    func request(
        _ method: HTTPMethod, _ key: BlobKey?, query: String = "", payload: String = Self.emptyDigest,
        body: OutboundHTTPRequest.Body = .empty
    ) -> OutboundHTTPRequest {
        var url = "\(configuration.endpoint)/\(configuration.bucket)"
        if let key { url += "/\(key)" }
        if !query.isEmpty { url += "?\(query)" }
        // The type is given because every field of the request is part of the signature.
        let headers: HTTPHeaders = ["x-amz-content-sha256": payload, "Content-Type": "application/octet-stream"]
        var request = OutboundHTTPRequest(method, url, headers: headers, body: body)
        request.signing = configuration.signing
        request.trustedCertificates = configuration.trustedCertificates
        request.idleDeadline = .seconds(60)
        request.deadline = .seconds(120)
        return request
    }

    func send(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPResponse {
        let answer = try await client.send(request, retrying: RetryPolicy())
        try Self.check(answer)
        return answer
    }

    private static func check(_ answer: OutboundHTTPResponse) throws {
        guard !answer.isSuccess else { return }
        throw BlobStoreError.refused(status: answer.status)
    }

    /// The SHA-256 of no bytes.
    static let emptyDigest = Hex.encode(SHA256.digest([]))
}
