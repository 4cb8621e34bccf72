import JSON
import Models
import Postgres

/// The record of decisions.
enum ContactDecisionStore {
    /// Writes a decision down, and whom it was about beside it.
    static func add(
        _ decision: ContactDecision, _ question: ContactQuestion, hash: [UInt8], in tenant: TenantID,
        _ transaction: Transaction
    ) async throws {
        let kind = question.channel.isByNumber ? ContactSubject.Kind.phone : .email
        try await transaction.execute(
            """
            WITH decided AS (
                INSERT INTO contact_decisions (tenant_id, id, at, asked_by, channel, purpose, is_automated, subject_kind,
                    subject_hash, country, regions, user_id, reference, outcome, reason, reasons, not_before, consent_id,
                    policy_version)
                VALUES (\(tenant), \(decision.id), \(decision.at), \(question.askedBy.rawValue),
                    \(question.channel.rawValue), \(question.purpose.rawValue), \(question.isAutomated),
                    \(kind.rawValue), \(hash), \(decision.place?.country), \(decision.place?.regions ?? []),
                    \(question.userID), \(question.reference), \(decision.outcome.rawValue),
                    \(decision.reason?.code.rawValue), \(try JSONText(encoding: decision.reasons)),
                    \(decision.notBefore), \(decision.consentID), \(decision.policyVersion))
            )
            INSERT INTO contact_decision_addresses (tenant_id, decision_id, address)
            SELECT \(tenant), \(decision.id), \(decision.subject?.address ?? question.address)
            """)
    }

    /// Which decisions a list shows.
    struct Filter: Sendable {
        var hash: [UInt8]?
        var outcome: ContactOutcome?
        var reason: ContactReasonCode?
        var channel: ContactChannel?
        var userID: UserID?
        var reference: String?
        var fromDate: LocalDate?
        var toDate: LocalDate?
        var zone: TimeZoneName
    }

    private static let countBound = 10_000

    /// A page, and how many the filter finds.
    static func page(
        _ filter: Filter, _ order: RowOrderStore, in tenant: TenantID, _ database: TenantDatabase
    ) async throws -> (rows: [CallsAPI.ContactDecision], total: Int, isExact: Bool) {
        let condition = condition(filter, in: tenant)
        let results = try await database.batch([
            "\(selection) WHERE \(condition)\(order.start("d.at", "d.id"))\(order.end("d.at", "d.id"))",
            """
            SELECT count(*) FROM (
                SELECT FROM contact_decisions AS d WHERE \(condition) LIMIT \(countBound + 1)) AS counted
            """,
        ])
        let total = try results[1].first { row in try row.next(Int.self) } ?? 0
        return (try results[0].map(read), total, total <= countBound)
    }

    static func find(
        _ id: ContactDecisionID, in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> CallsAPI.ContactDecision? {
        try await database.first("\(selection) WHERE d.tenant_id = \(tenant) AND d.id = \(id)", read)
    }

    private static func condition(_ filter: Filter, in tenant: TenantID) -> SQL {
        var sql: SQL = "d.tenant_id = \(tenant)"
        if let hash = filter.hash { sql = "\(sql) AND d.subject_hash = \(hash)" }
        if let outcome = filter.outcome { sql = "\(sql) AND d.outcome = \(outcome.rawValue)" }
        if let reason = filter.reason { sql = "\(sql) AND d.reason = \(reason.rawValue)" }
        if let channel = filter.channel { sql = "\(sql) AND d.channel = \(channel.rawValue)" }
        if let user = filter.userID { sql = "\(sql) AND d.user_id = \(user)" }
        if let reference = filter.reference { sql = "\(sql) AND d.reference = \(reference)" }
        if let day = filter.fromDate {
            sql = "\(sql) AND d.at >= \(day)::timestamp AT TIME ZONE \(filter.zone.name)"
        }
        if let day = filter.toDate?.adding(days: 1) {
            sql = "\(sql) AND d.at < \(day)::timestamp AT TIME ZONE \(filter.zone.name)"
        }
        return sql
    }

    private static let selection: SQL = """
        SELECT d.id, d.at, d.asked_by, d.channel, d.purpose, d.is_automated, a.address, d.country, d.regions, d.user_id,
            d.reference, d.outcome, d.reasons, d.not_before, d.consent_id, d.policy_version
        FROM contact_decisions AS d
        LEFT JOIN contact_decision_addresses AS a ON a.tenant_id = d.tenant_id AND a.decision_id = d.id
        """

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.ContactDecision = { row in
        CallsAPI.ContactDecision(
            id: try row.next(ContactDecisionID.self), at: try row.next(Timestamp.self),
            askedBy: try row.next(ServiceName.self), channel: try row.next(ContactChannel.self),
            purpose: try row.next(ContactPurpose.self), automated: try row.next(Bool.self),
            address: try row.next(String?.self), country: try row.next(String?.self),
            regions: try row.next([String].self), userID: try row.next(UserID?.self),
            reference: try row.next(String?.self), outcome: try row.next(ContactOutcome.self),
            reasons: try row.next(JSONText.self).decode([CallsAPI.ContactReason].self),
            notBefore: try row.next(Timestamp?.self), consentID: try row.next(ConsentID?.self),
            policyVersion: try row.next(Int64.self))
    }
}
