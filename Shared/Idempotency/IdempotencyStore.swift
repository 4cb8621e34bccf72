import Crypto
import FoundationEssentials
package import HTTP
import JSON
import Models
package import Postgres
package import Telemetry
package import Web

/// Keeps the answers of requests with an `Idempotency-Key` for 24 hours, in the service's own database.
///
/// One guarded statement takes the key, so of several requests with one key a single one runs, in whatever process. Only
/// a success is kept: after a failure the key is free again, and the caller may mend the request. A request whose
/// process died holds its key until its lease runs out. Confined to its database's loop.
package struct IdempotencyStore: IdempotencyGuard {
    /// How long an answer is given again.
    package static let life = Duration.seconds(24 * 3600)
    /// How long a request may run before another one with its key takes its place.
    package static let lease = Duration.seconds(60)
    /// Larger answers are not kept; the routes that take keys answer with one thing.
    static let largestAnswer = 256 << 10
    /// Expired rows that one request of the tenant clears away.
    private static let sweep = 20

    private let database: Database
    private let logger: Logger
    private let lease: Duration

    package init(_ database: Database, logger: Logger, lease: Duration = IdempotencyStore.lease) {
        self.database = database
        self.logger = logger
        self.lease = lease
    }

    private struct Kept {
        let bodyDigest: [UInt8]
        let status: Int?
        let headers: JSONText?
        let body: [UInt8]?
    }

    package func run(
        _ key: IdempotencyKey, _ body: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let digest = Self.digest(key)
        let lease = UUID()
        if let kept = try await take(key, digest, lease) { return try Self.answer(kept, to: key) }
        let response: HTTPResponse
        do { response = try await body() } catch {
            await release(key, digest, lease)
            throw error
        }
        guard (200..<300).contains(response.status), let bytes = Self.bytes(of: response) else {
            await release(key, digest, lease)
            return response
        }
        await keep(response, bytes, key, digest, lease)
        return response
    }

    /// Takes the key for a request; what is kept under it when that is not possible.
    private func take(_ key: IdempotencyKey, _ digest: [UInt8], _ lease: UUID) async throws -> Kept? {
        let tenant = database.tenant(key.tenant)
        let now = Timestamp.now()
        // A key is free when it is unknown, expired, or was left running by a process that died.
        let taken = try await tenant.batch([
            """
            DELETE FROM idempotency_keys WHERE tenant_id = \(key.tenant) AND digest IN (
                SELECT digest FROM idempotency_keys WHERE tenant_id = \(key.tenant) AND expires_at < \(now)
                ORDER BY expires_at LIMIT \(Self.sweep) FOR UPDATE SKIP LOCKED)
            """,
            """
            INSERT INTO idempotency_keys AS known
                (tenant_id, digest, body_digest, lease, leased_until, expires_at)
            VALUES (\(key.tenant), \(digest), \(key.bodyDigest), \(lease), \(now + self.lease), \(now + Self.life))
            ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE SET
                body_digest = excluded.body_digest, lease = excluded.lease, leased_until = excluded.leased_until,
                expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL
            WHERE known.expires_at < \(now) OR (known.status IS NULL AND known.leased_until < \(now))
            """,
        ])
        if taken.last?.affectedRows == 1 { return nil }
        let kept = try await tenant.first(
            """
            SELECT body_digest, status, headers, body FROM idempotency_keys
            WHERE tenant_id = \(key.tenant) AND digest = \(digest)
            """
        ) { row in
            Kept(
                bodyDigest: try row.next(), status: try row.next(Int32?.self).map(Int.init),
                headers: try row.next(JSONText?.self), body: try row.next([UInt8]?.self))
        }
        // Released between the two statements: the caller may send it once more.
        guard let kept else { throw Failure(.idempotencyKeyInProgress) }
        return kept
    }

    private func keep(
        _ response: HTTPResponse, _ bytes: [UInt8], _ key: IdempotencyKey, _ digest: [UInt8], _ lease: UUID
    ) async {
        do {
            let headers = try JSONText(
                encoding: Dictionary(Array(response.headers), uniquingKeysWith: { first, _ in first }))
            try await database.tenant(key.tenant).execute(
                """
                UPDATE idempotency_keys SET status = \(Int32(response.status)), headers = \(headers), body = \(bytes)
                WHERE tenant_id = \(key.tenant) AND digest = \(digest) AND lease = \(lease)
                """)
        } catch {
            // The work is done and the caller gets its answer; a repetition has to wait for the lease.
            logger.warning("Answer of a repeatable request was not kept", [.error("error", error)])
        }
    }

    private func release(_ key: IdempotencyKey, _ digest: [UInt8], _ lease: UUID) async {
        do {
            try await database.tenant(key.tenant).execute(
                """
                DELETE FROM idempotency_keys
                WHERE tenant_id = \(key.tenant) AND digest = \(digest) AND lease = \(lease) AND status IS NULL
                """)
        } catch {
            logger.warning("Key of a failed request was not released", [.error("error", error)])
        }
    }

    private static func answer(_ kept: Kept, to key: IdempotencyKey) throws -> HTTPResponse {
        guard ConstantTime.areEqual(kept.bodyDigest, key.bodyDigest) else { throw Failure(.idempotencyKeyReused) }
        guard let status = kept.status, let text = kept.headers else {
            throw Failure(.idempotencyKeyInProgress, headers: [("Retry-After", "1")])
        }
        var headers = HTTPHeaders()
        for (name, value) in try text.decode([String: String].self).sorted(by: { $0.key < $1.key }) {
            headers.add(name, value)
        }
        headers.set("Idempotency-Replayed", "true")
        let body = kept.body ?? []
        return HTTPResponse(status: status, headers: headers, body: body.isEmpty ? .empty : .bytes(body))
    }

    /// Nil for an answer that cannot be kept.
    private static func bytes(of response: HTTPResponse) -> [UInt8]? {
        switch response.body {
        case .empty: []
        case .bytes(let bytes): bytes.count <= largestAnswer ? bytes : nil
        case .stream, .upgraded: nil
        }
    }

    /// Keys are chosen by callers, so what is stored has one size and says nothing.
    private static func digest(_ key: IdempotencyKey) -> [UInt8] {
        SHA256.digest([key.principal, key.method, key.route, key.key].joined(separator: "\u{0}"))
    }
}
