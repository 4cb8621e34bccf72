import Models
import Postgres

/// The rows of consents with their proofs.
enum ConsentStore {
    /// Whom a change is about and who writes it down.
    struct Entry: Sendable {
        var subject: ContactSubject
        var hash: [UInt8]
        var type: String
        var method: ConsentMethod
        var userID: UserID?
    }

    /// Writes a yes down.
    ///
    /// One that is older than a no on record is taken back from the beginning: the later word holds.
    static func grant(
        _ entry: Entry, _ proof: CallsAPI.ConsentProof, at grantedAt: Timestamp, until expiresAt: Timestamp?,
        in tenant: TenantID, _ transaction: Transaction
    ) async throws -> CallsAPI.Consent {
        let id = ConsentID.make()
        try await transaction.execute(
            """
            WITH later AS (
                SELECT revoked_at, revoked_by FROM consents
                WHERE tenant_id = \(tenant) AND subject_hash = \(entry.hash) AND type = \(entry.type)
                  AND revoked_at >= \(grantedAt)
                ORDER BY revoked_at DESC LIMIT 1
            )
            INSERT INTO consents (tenant_id, id, subject_kind, subject_hash, type, method, granted_at, expires_at,
                revoked_at, revoked_by, recorded_by)
            VALUES (\(tenant), \(id), \(entry.subject.kind.rawValue), \(entry.hash), \(entry.type),
                \(entry.method.rawValue), \(grantedAt), \(expiresAt), (SELECT revoked_at FROM later),
                (SELECT revoked_by FROM later), \(entry.userID))
            """)
        try await add(proof, about: entry.subject, to: id, in: tenant, transaction)
        return try await require(id, in: tenant, transaction)
    }

    /// Takes back what somebody has said yes to, and writes a no down where there was no yes; what has changed.
    static func revoke(
        _ entry: Entry, at: Timestamp, ipAddress: String?, text: String?, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws -> [CallsAPI.Consent] {
        var changed = try await transaction.query(
            """
            UPDATE consents SET revoked_at = \(at), revoked_by = \(entry.method.rawValue), revoked_user = \(entry.userID),
                updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND subject_hash = \(entry.hash) AND type = \(entry.type) AND revoked_at IS NULL
            RETURNING id
            """
        ) { row in try row.next(ConsentID.self) }
        if changed.isEmpty {
            guard try await !isRefused(entry, in: tenant, transaction) else { return [] }
            let id = ConsentID.make()
            try await transaction.execute(
                """
                INSERT INTO consents (tenant_id, id, subject_kind, subject_hash, type, method, revoked_at, revoked_by,
                    revoked_user, recorded_by)
                VALUES (\(tenant), \(id), \(entry.subject.kind.rawValue), \(entry.hash), \(entry.type),
                    \(entry.method.rawValue), \(at), \(entry.method.rawValue), \(entry.userID), \(entry.userID))
                """)
            try await add(.init(), about: entry.subject, to: id, in: tenant, transaction)
            changed = [id]
        }
        try await transaction.execute(
            """
            UPDATE consent_proofs SET revocation_ip = \(ipAddress), revocation_text = \(text)
            WHERE tenant_id = \(tenant) AND consent_id = ANY (\(changed))
            """)
        return try await transaction.query(
            "\(selection) WHERE c.tenant_id = \(tenant) AND c.id = ANY (\(changed)) ORDER BY c.id", read)
    }

    private static func isRefused(
        _ entry: Entry, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> Bool {
        try await transaction.value(
            """
            SELECT EXISTS (SELECT FROM consents WHERE tenant_id = \(tenant) AND subject_hash = \(entry.hash)
                AND type = \(entry.type) AND revoked_at IS NOT NULL)
            """) ?? false
    }

    private static func add(
        _ proof: CallsAPI.ConsentProof, about subject: ContactSubject, to id: ConsentID, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO consent_proofs (tenant_id, consent_id, address, ip_address, recording_url, page_url, text_shown,
                note, call_id)
            VALUES (\(tenant), \(id), \(subject.address), \(proof.ipAddress), \(proof.recordingURL), \(proof.pageURL),
                \(proof.textShown), \(proof.note), \(proof.callID))
            """)
    }

    static func find(
        _ id: ConsentID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.Consent? {
        try await database.first("\(selection) WHERE c.tenant_id = \(tenant) AND c.id = \(id)", read)
    }

    private static func require(
        _ id: ConsentID, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> CallsAPI.Consent {
        guard let found = try await find(id, in: tenant, transaction) else { throw Failure(.notFound) }
        return found
    }

    /// What a list shows.
    struct Filter: Sendable {
        var hash: [UInt8]?
        var type: String?
        var state: ConsentState?
        var method: ConsentMethod?
    }

    private static let countBound = 10_000

    /// A page, and how many the filter finds.
    static func page(
        _ filter: Filter, _ order: RowOrderStore, in tenant: TenantID, _ database: TenantDatabase
    ) async throws -> (rows: [CallsAPI.Consent], total: Int, isExact: Bool) {
        let condition = condition(filter, in: tenant)
        let results = try await database.batch([
            """
            \(selection) WHERE \(condition)\(order.start("c.created_at", "c.id"))\(order.end("c.created_at", "c.id"))
            """,
            "SELECT count(*) FROM (SELECT FROM consents AS c WHERE \(condition) LIMIT \(countBound + 1)) AS counted",
        ])
        let total = try results[1].first { row in try row.next(Int.self) } ?? 0
        return (try results[0].map(read), total, total <= countBound)
    }

    private static func condition(_ filter: Filter, in tenant: TenantID) -> SQL {
        var sql: SQL = "c.tenant_id = \(tenant)"
        if let hash = filter.hash { sql = "\(sql) AND c.subject_hash = \(hash)" }
        if let type = filter.type { sql = "\(sql) AND c.type = \(type)" }
        if let method = filter.method { sql = "\(sql) AND c.method = \(method.rawValue)" }
        switch filter.state {
        case .revoked: sql = "\(sql) AND c.revoked_at IS NOT NULL"
        case .expired: sql = "\(sql) AND c.revoked_at IS NULL AND c.expires_at <= now()"
        case .granted: sql = "\(sql) AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())"
        case nil: break
        }
        return sql
    }

    private static let selection: SQL = """
        SELECT c.id, p.address, c.type,
            CASE WHEN c.revoked_at IS NOT NULL THEN 'revoked' WHEN c.expires_at <= now() THEN 'expired'
                ELSE 'granted' END,
            c.method, c.granted_at, c.expires_at, c.revoked_at, c.revoked_by, p.ip_address, p.recording_url, p.page_url,
            p.text_shown, p.note, p.call_id, p.revocation_ip, p.revocation_text, c.recorded_by, c.revoked_user, c.version,
            c.created_at, c.updated_at
        FROM consents AS c LEFT JOIN consent_proofs AS p ON p.tenant_id = c.tenant_id AND p.consent_id = c.id
        """

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.Consent = { row in
        var consent = CallsAPI.Consent(
            id: try row.next(ConsentID.self), address: try row.next(String?.self), type: try row.next(String.self),
            state: try row.next(ConsentState.self), method: try row.next(ConsentMethod.self),
            grantedAt: try row.next(Timestamp?.self), expiresAt: try row.next(Timestamp?.self),
            revokedAt: try row.next(Timestamp?.self), revokedBy: try row.next(ConsentMethod?.self), proof: .init(),
            recordedBy: nil, revokedByUser: nil, version: 0, createdAt: .now(), updatedAt: .now())
        consent.proof.ipAddress = try row.next(String?.self)
        consent.proof.recordingURL = try row.next(String?.self)
        consent.proof.pageURL = try row.next(String?.self)
        consent.proof.textShown = try row.next(String?.self)
        consent.proof.note = try row.next(String?.self)
        consent.proof.callID = try row.next(CallID?.self)
        consent.proof.revocationIPAddress = try row.next(String?.self)
        consent.proof.revocationText = try row.next(String?.self)
        consent.recordedBy = try row.next(UserID?.self)
        consent.revokedByUser = try row.next(UserID?.self)
        consent.version = try row.next(Int64.self)
        consent.createdAt = try row.next(Timestamp.self)
        consent.updatedAt = try row.next(Timestamp.self)
        return consent
    }
}
