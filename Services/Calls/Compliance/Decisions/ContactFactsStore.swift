import Crypto
import JSON
import Models
import Postgres

/// Reads what is on record about somebody, in the transaction of a decision.
enum ContactFactsStore {
    private static let mostConsents = 100
    private static let mostAttempts = 500

    /// Everything of one subject; decisions about the same one wait for each other until their transactions end.
    static func read(
        _ hash: [UInt8], platformHash: [UInt8], _ question: ContactQuestion, in tenant: TenantID,
        _ transaction: Transaction
    ) async throws -> ContactFacts {
        let since = question.at - .seconds(7 * 86_400)
        let results = try await transaction.batch([
            lock(hash, in: tenant),
            "SELECT document, version FROM contact_policies WHERE tenant_id = \(tenant)",
            """
            SELECT DISTINCT ON (c.type) c.id, c.type,
                CASE WHEN c.revoked_at IS NOT NULL THEN 'revoked'
                    WHEN c.expires_at <= \(question.at) THEN 'expired' ELSE 'granted' END,
                coalesce(t.channels, '{}'), coalesce(t.purposes, '{}')
            FROM consents AS c LEFT JOIN consent_types AS t ON t.tenant_id = \(tenant) AND t.key = c.type
            WHERE c.tenant_id = \(tenant) AND c.subject_hash = \(hash)
              AND (c.granted_at IS NULL OR c.granted_at <= \(question.at))
            ORDER BY c.type, coalesce(c.revoked_at, c.granted_at) DESC, c.id DESC
            LIMIT \(mostConsents)
            """,
            """
            SELECT reason FROM do_not_call WHERE tenant_id = \(tenant) AND number_hash = \(hash)
              AND (expires_at IS NULL OR expires_at > \(question.at))
            """,
            "SELECT platform_do_not_call(\(platformHash), \(question.at))",
            """
            SELECT at FROM contact_decisions
            WHERE tenant_id = \(tenant) AND subject_hash = \(hash) AND outcome = 'allowed'
              AND channel = \(question.channel.rawValue) AND at > \(since) AND at <= \(question.at)
            ORDER BY at DESC LIMIT \(mostAttempts)
            """,
        ])
        return ContactFacts(
            policy: try policy(results[1]),
            consents: try results[2].map { row in
                ContactFacts.Consent(
                    id: try row.next(ConsentID.self), type: try row.next(String.self),
                    state: try row.next(ConsentState.self), channels: try row.next([String].self),
                    purposes: try row.next([String].self))
            },
            doNotCall: try results[3].first { row in try row.next(DoNotCallReason.self) },
            platformDoNotCall: try results[4].first { row in try row.next(DoNotCallReason?.self) } ?? nil,
            attempts: try results[5].map { row in try row.next(Timestamp.self) }.reversed())
    }

    /// Has everything that is decided or changed about one subject wait for the end of this transaction.
    ///
    /// So a no comes either before a decision, which sees it, or after what the decision has queued, which it cancels.
    static func lock(_ hash: [UInt8], in tenant: TenantID) -> SQL {
        "SELECT pg_advisory_xact_lock(hashtextextended(\(tenant)::text || encode(\(hash), 'hex'), 0))::text"
    }

    /// The same for many, in an order in which nobody waits crosswise.
    static func lock(_ hashes: [[UInt8]], in tenant: TenantID, _ transaction: Transaction) async throws {
        guard !hashes.isEmpty else { return }
        let sorted = hashes.sorted { $0.lexicographicallyPrecedes($1) }.map(Hex.encode)
        try await transaction.execute(
            """
            SELECT count(pg_advisory_xact_lock(hashtextextended(\(tenant)::text || given.hash, 0))::text)
            FROM (SELECT hash FROM unnest(\(sorted)) WITH ORDINALITY AS g (hash, place) ORDER BY place) AS given
            """)
    }

    private static func policy(_ result: PostgresResult) throws -> EffectivePolicy {
        let row = try result.first { row in (try row.next(JSONText.self), try row.next(Int64.self)) }
        guard let (document, version) = row else { return EffectivePolicy() }
        return EffectivePolicy(try document.decode(CallsAPI.ContactPolicy.self), version: version)
    }

    /// How much went out in the last minute and in the tenant's day; counted no further than the caps ask for.
    static func load(
        _ question: ContactQuestion, _ policy: EffectivePolicy, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> ContactLoad {
        let day: SQL = "(date_trunc('day', \(question.at) AT TIME ZONE \(question.timeZone.name)))"
        let dayStart: SQL = "\(day) AT TIME ZONE \(question.timeZone.name)"
        func count(_ since: SQL, _ user: UserID?, _ most: Int) -> SQL {
            let condition: SQL = user == nil ? "" : " AND user_id = \(user)"
            return """
                (SELECT count(*) FROM (SELECT FROM contact_decisions WHERE tenant_id = \(tenant) AND outcome = 'allowed'
                    AND at > \(since) AND at <= \(question.at)\(condition) LIMIT \(most)) AS counted)
                """
        }
        let minuteStart: SQL = "\(question.at - .seconds(60))"
        let row = try await transaction.first(
            """
            SELECT \(count(minuteStart, question.userID, policy.contactsPerUserMinute)),
                \(count(dayStart, question.userID, policy.contactsPerUserDay)),
                \(count(minuteStart, nil, policy.contactsPerMinute)), \(count(dayStart, nil, policy.contactsPerDay)),
                (SELECT coalesce(sum(amount), 0)::bigint FROM contact_spend WHERE tenant_id = \(tenant)
                    AND spent_at >= \(dayStart) AND user_id = \(question.userID)),
                (SELECT coalesce(sum(amount), 0)::bigint FROM contact_spend WHERE tenant_id = \(tenant)
                    AND spent_at >= \(dayStart)),
                (\(day) + interval '1 day') AT TIME ZONE \(question.timeZone.name)
            """
        ) { row in
            ContactLoad(
                userMinute: try row.next(Int.self), userDay: try row.next(Int.self),
                tenantMinute: try row.next(Int.self), tenantDay: try row.next(Int.self),
                userSpend: try row.next(Int64.self), tenantSpend: try row.next(Int64.self),
                dayEndsAt: try row.next(Timestamp.self))
        }
        return row ?? ContactLoad(dayEndsAt: question.at)
    }
}
