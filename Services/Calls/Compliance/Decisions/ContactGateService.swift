import Crypto
import Models
import PhoneNumbers
import Postgres

/// Decides before every contact whether it may be, and keeps the decision on record.
///
/// Dialer, mail and messages ask here first and do nothing without `allowed`. The decision is a row of the caller's
/// transaction: both are committed, or neither, and what changes meanwhile is seen by the next one.
struct ContactGate: Sendable {
    typealias Reason = CallsAPI.ContactReason

    let hashing: SubjectHashing

    /// The answer to a question about a person of the transaction's tenant.
    func decide(_ question: ContactQuestion, in transaction: Transaction) async throws -> ContactDecision {
        guard let tenant = transaction.tenant else { preconditionFailure("a decision belongs to a tenant") }
        if question.channel.isByNumber, NumberPlan.isEmergency(question.address, in: question.country) {
            return try await record(emergency(question), question, tenant, transaction)
        }
        guard let subject = ContactSubject(question.address, on: question.channel, country: question.country) else {
            let reason = Reason(.invalidAddress, "This is no address that can be contacted.", rule: "address")
            return try await record(.init(question, .refused, [reason]), question, tenant, transaction)
        }
        let decision = try await decide(question, subject, tenant, transaction)
        return try await record(decision, question, tenant, transaction)
    }

    /// A person who dials for help gets through whatever else is forbidden; a machine never rings there.
    private func emergency(_ question: ContactQuestion) -> ContactDecision {
        guard question.isAutomated || question.channel != .call else {
            let reason = Reason(
                .emergencyNumber, "Emergency numbers are put through at once, past every limit.", rule: "emergency")
            return .init(question, .allowed, [reason])
        }
        let reason = Reason(.emergencyNumber, "No machine contacts the emergency services.", rule: "emergency")
        return .init(question, .refused, [reason])
    }

    private func decide(
        _ question: ContactQuestion, _ subject: ContactSubject, _ tenant: TenantID, _ transaction: Transaction
    ) async throws -> ContactDecision {
        let facts = try await ContactFactsStore.read(
            try await hashing.hash(subject, of: tenant, transaction),
            platformHash: try await hashing.hash(subject, of: .platform, transaction), question, in: tenant,
            transaction)
        let number = subject.kind == .phone ? PhoneNumber(subject.address, country: question.country) : nil
        let place =
            number.flatMap { CalleePlace(of: $0, known: question.known) } ?? CalleePlace(known: question.known)
        let rules = ContactRules(
            question: question, subject: subject, plan: number.flatMap(NumberPlan.init), place: place, facts: facts)
        var decision = ContactDecision(question, .allowed, rules.refusals())
        decision.subject = subject
        decision.place = place
        decision.policyVersion = facts.policy.version
        decision.recording = RecordingLaw.policy(
            for: place, rules: facts.policy.recording, setting: question.recording)
        guard decision.reasons.isEmpty else {
            decision.outcome = .refused
            return decision
        }
        decision.consentID = rules.grantedConsent
        try await putOff(&decision, rules, tenant, transaction)
        return decision
    }

    /// Puts off what may be contacted another time: after a cap, and within the hours of all places.
    private func putOff(
        _ decision: inout ContactDecision, _ rules: ContactRules, _ tenant: TenantID, _ transaction: Transaction
    ) async throws {
        let question = rules.question
        let load = try await ContactFactsStore.load(question, rules.facts.policy, in: tenant, transaction)
        let caps = [rules.frequency(), rules.load(load)].compactMap { $0 }
        decision.reasons = caps.map(\.reason)
        var earliest = caps.map(\.until).max()
        if rules.isBoundToHours {
            let place = decision.place
            guard let window = try await nextWindow(place, rules, from: earliest ?? question.at, transaction) else {
                let reason = Reason(
                    .placeUnknown, "There is no time at which all the places allow it where the person may be.",
                    rule: "hours/\(place?.regions.joined(separator: ",") ?? "unknown")")
                decision.reasons.insert(reason, at: 0)
                decision.outcome = .refused
                return
            }
            if window.opensAt > (earliest ?? question.at) {
                earliest = window.opensAt
                if caps.isEmpty { decision.reasons.append(try await closed(rules, transaction)) }
            }
        }
        guard let earliest else { return }
        decision.outcome = .deferred
        decision.notBefore = earliest
    }

    private func nextWindow(
        _ place: CalleePlace?, _ rules: ContactRules, from instant: Timestamp, isByLawAlone: Bool = false,
        _ transaction: Transaction
    ) async throws -> (opensAt: Timestamp, closesAt: Timestamp)? {
        guard let place else { return nil }
        let policy = rules.facts.policy
        return try await CallingHoursStore.next(
            place, from: instant, hours: isByLawAlone ? nil : policy.hours,
            closedWeekdays: isByLawAlone ? [] : policy.quietWeekdays,
            closedDays: isByLawAlone ? [] : policy.quietDays, transaction)
    }

    /// Whether it is the law that has closed, or the tenant itself.
    private func closed(_ rules: ContactRules, _ transaction: Transaction) async throws -> Reason {
        let byLaw = try await nextWindow(
            rules.place, rules, from: rules.question.at, isByLawAlone: true, transaction)
        if let byLaw, byLaw.opensAt <= rules.question.at {
            return Reason(.quietDay, "The account contacts nobody at this time.", rule: "policy/hours")
        }
        let sources = (rules.place?.regions ?? []).map { CallingHours.of($0) }
        return Reason(
            .outsideHours, "It is outside of the hours in which people may be called where the person may be.",
            rule: sources.map { "hours/\($0.region): \($0.source)" }.joined(separator: "; "))
    }

    private func record(
        _ decision: ContactDecision, _ question: ContactQuestion, _ tenant: TenantID, _ transaction: Transaction
    ) async throws -> ContactDecision {
        guard question.isRecorded else { return decision }
        // What is no address has no hash; its place in the row must not be that of another.
        let hash =
            if let subject = decision.subject { try await hashing.hash(subject, of: tenant, transaction) } else {
                SHA256.digest(decision.id.description)
            }
        try await ContactDecisionStore.add(decision, question, hash: hash, in: tenant, transaction)
        return decision
    }
}

extension ContactDecision {
    /// The beginning of a decision.
    fileprivate init(_ question: ContactQuestion, _ outcome: ContactOutcome, _ reasons: [Reason]) {
        self.init(
            id: .make(), outcome: outcome, reasons: reasons, notBefore: nil, consentID: nil, subject: nil, place: nil,
            recording: question.recording, policyVersion: 0, at: question.at)
    }
}
