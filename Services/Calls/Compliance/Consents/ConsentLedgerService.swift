import Events
import Models
import Postgres

/// Writes down what people say yes and no to, and has a no take effect at once.
struct ConsentLedger: Sendable {
    let hashing: SubjectHashing
    /// What a no cancels, in its transaction.
    var steps = RevocationSteps.all

    /// Writes a yes down.
    func grant(
        _ asked: CallsAPI.CreateConsent, to subject: ContactSubject, by user: UserID?, in transaction: Transaction,
        _ tenant: TenantID
    ) async throws -> CallsAPI.Consent {
        let entry = ConsentStore.Entry(
            subject: subject, hash: try await hashing.hash(subject, of: tenant, transaction), type: asked.type,
            method: asked.method, userID: user)
        var proof = CallsAPI.ConsentProof()
        proof.ipAddress = asked.ipAddress
        proof.recordingURL = asked.recordingURL
        proof.pageURL = asked.pageURL
        proof.textShown = asked.textShown
        proof.note = asked.note
        proof.callID = asked.callID
        let consent = try await ConsentStore.grant(
            entry, proof, at: asked.grantedAt ?? .now(), until: asked.expiresAt, in: tenant, transaction)
        try await publish(consent, try await ConsentTypeStore.list(in: tenant, transaction), transaction)
        return consent
    }

    /// How somebody has said no.
    struct No: Sendable {
        var method: ConsentMethod
        /// Which types; nil for all.
        var types: [String]?
        var ipAddress: String?
        var text: String?
        var userID: UserID?
        /// Whether it goes on the do-not-call list too.
        var isForNumber = false
    }

    /// Takes back what somebody has said yes to; what waits for them is cancelled in the same transaction.
    func revoke(
        _ no: No, of subject: ContactSubject, in transaction: Transaction, _ tenant: TenantID
    ) async throws -> CallsAPI.ConsentRevocation {
        let types = try await ConsentTypeStore.list(in: tenant, transaction)
        let hash = try await hashing.hash(subject, of: tenant, transaction)
        try await ContactFactsStore.lock([hash], in: tenant, transaction)
        let now = Timestamp.now()
        let chosen = types.fitting(subject.kind).filter { no.types?.contains($0.key) ?? true }
        var changed: [CallsAPI.Consent] = []
        for type in chosen {
            let entry = ConsentStore.Entry(
                subject: subject, hash: hash, type: type.key, method: no.method, userID: no.userID)
            changed += try await ConsentStore.revoke(
                entry, at: now, ipAddress: no.ipAddress, text: no.text, in: tenant, transaction)
        }
        if no.isForNumber, subject.kind == .phone {
            let entry = DoNotCallStore.Entry(
                subject: subject, hash: hash, reason: .requested, source: no.method.rawValue, userID: no.userID)
            _ = try await DoNotCallStore.add([entry], in: tenant, transaction)
        }
        let revocation = Revocation(
            tenant: tenant, subject: subject,
            channels: Set(chosen.flatMap(\.channels)).union(no.isForNumber ? [.call] : []),
            reason: .init(
                .consentRevoked, "Consent was taken back (\(no.method.rawValue)).",
                rule: "consent/\(chosen.map(\.key).joined(separator: ","))"), at: now)
        let cancelled = try await RevocationSteps.run(revocation, in: transaction, steps)
        for consent in changed { try await publish(consent, types, transaction) }
        return CallsAPI.ConsentRevocation(address: subject.address, consents: changed, cancelled: cancelled)
    }

    private func publish(
        _ consent: CallsAPI.Consent, _ types: ConsentTypes, _ transaction: Transaction
    ) async throws {
        try await Outbox.publish(
            .consentChanged, subject: "consent/\(consent.id)",
            data: CallsAPI.ConsentChanged(
                consentID: consent.id, type: consent.type, state: consent.state,
                method: consent.revokedBy ?? consent.method, channels: types.type(consent.type)?.channels ?? []),
            in: transaction)
    }
}
