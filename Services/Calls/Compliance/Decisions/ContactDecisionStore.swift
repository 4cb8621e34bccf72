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
}
