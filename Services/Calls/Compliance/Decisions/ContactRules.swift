import Models
import PhoneNumbers

/// What follows from what is on record; the order is that of weight.
struct ContactRules: Sendable {
    typealias Reason = CallsAPI.ContactReason

    let question: ContactQuestion
    let subject: ContactSubject
    let plan: NumberPlan?
    let place: CalleePlace?
    let facts: ContactFacts

    /// Why the contact is refused for good, the weightiest first.
    func refusals() -> [Reason] {
        [stopped, doNotCall, revoked, missing, premium, country].compactMap { $0 }
    }

    private var stopped: Reason? {
        guard facts.policy.isStopped else { return nil }
        return Reason(.contactStopped, "Everything that goes out is stopped.", rule: "policy/stopped")
    }

    private var doNotCall: Reason? {
        if let reason = facts.platformDoNotCall {
            return Reason(
                .platformDoNotCall, "The number is on the platform's do-not-call list (\(reason.rawValue)).",
                rule: "do_not_call/platform")
        }
        guard let reason = facts.doNotCall else { return nil }
        return Reason(
            .doNotCall, "The number is on the do-not-call list (\(reason.rawValue)).", rule: "do_not_call/tenant")
    }

    /// A no counts whatever else is on record.
    private var revoked: Reason? {
        let barred = facts.consents.first { $0.state == .revoked && bars($0) }
        return barred.map {
            Reason(.consentRevoked, "Consent of the type \($0.type) was taken back.", rule: "consent/\($0.type)")
        }
    }

    private func bars(_ consent: ContactFacts.Consent) -> Bool {
        if let builtIn = BuiltInConsent(rawValue: consent.type) {
            return ConsentLaw.isBarred(builtIn, question.channel, question.purpose)
        }
        return consent.channels.contains(question.channel.rawValue)
            && consent.purposes.contains(question.purpose.rawValue)
    }

    private var missing: Reason? {
        for requirement in requirements where grant(for: requirement) == nil {
            if requirement.legitimateInterest ?? false { continue }
            let wanted = requirement.anyOf.joined(separator: " or ")
            let hasExpired = facts.consents.contains { $0.state == .expired && requirement.anyOf.contains($0.type) }
            return hasExpired
                ? Reason(.consentExpired, "Consent has expired; \(wanted) is needed.", rule: "policy/requirements")
                : Reason(.consentMissing, "There is no consent; \(wanted) is needed.", rule: "policy/requirements")
        }
        return nil
    }

    /// The consent that a permission stands on.
    var grantedConsent: ConsentID? { requirements.lazy.compactMap { grant(for: $0)?.id }.first }

    private func grant(for requirement: CallsAPI.ConsentRequirement) -> ContactFacts.Consent? {
        facts.consents.first { $0.state == .granted && requirement.anyOf.contains($0.type) }
    }

    private var requirements: [CallsAPI.ConsentRequirement] {
        // Mail tells no country, so the tenant's own holds.
        let country = place?.country ?? question.country
        let isOwn = facts.policy.document.requirements != nil
        let known = facts.policy.requirements.filter { $0.countries?.contains(country) ?? true }
        let held = !isOwn && known.isEmpty ? [ConsentLaw.elsewhere] : known
        return held.filter {
            $0.channels.contains(question.channel) && $0.purposes.contains(question.purpose)
                && (question.isAutomated || !($0.automatedOnly ?? false))
        }
    }

    private var premium: Reason? {
        switch plan?.kind {
        case .premium:
            Reason(.premiumNumber, "Premium numbers are never called.", rule: "toll_fraud/premium")
        case .sharedCost where question.isAutomated:
            Reason(.premiumNumber, "No machine calls a number of shared cost.", rule: "toll_fraud/premium")
        default: nil
        }
    }

    private var country: Reason? {
        guard question.channel.isByNumber else { return nil }
        let country = plan?.country ?? ""
        guard !facts.policy.allows(country, own: question.country) else { return nil }
        return Reason(
            .countryNotAllowed, "Numbers of \(country.isEmpty ? "no country" : country) are not allowed.",
            rule: "policy/allowed_countries")
    }

    /// Until when the subject has been called often enough; nil when another time is fine.
    func frequency() -> (reason: Reason, until: Timestamp)? {
        guard question.channel.isByNumber, question.purpose != .transactional else { return nil }
        func wait(_ most: Int, _ period: Duration, _ words: String) -> (reason: Reason, until: Timestamp)? {
            let recent = facts.attempts.filter { $0 > question.at - period }
            guard recent.count >= most, most > 0 else { return nil }
            let reason = Reason(
                .frequencyCap, "Contacted \(recent.count) times in \(words); \(most) are allowed.",
                rule: "policy/attempts")
            return (reason, recent[recent.count - most] + period)
        }
        let waits = [
            wait(facts.policy.attemptsPerDay, .seconds(86_400), "24 hours"),
            wait(facts.policy.attemptsPerWeek, .seconds(7 * 86_400), "7 days"),
        ].compactMap { $0 }
        return waits.max { $0.until < $1.until }
    }

    /// Until when the user or the tenant has used up what it may; nil when there is room.
    func load(_ load: ContactLoad) -> (reason: Reason, until: Timestamp)? {
        let policy = facts.policy
        func cap(_ used: Int, _ most: Int, _ words: String) -> Reason? {
            used < most ? nil : Reason(.rateCap, "\(words): \(most) are allowed.", rule: "policy/contacts")
        }
        func spend(_ used: Int64, _ most: Money?, _ words: String) -> Reason? {
            // Minor units are hundredths wherever telephone companies bill.
            guard let most, used >= most.amount * 10_000 else { return nil }
            return Reason(.spendCap, "\(words) has reached its limit.", rule: "policy/spend")
        }
        let ofDay = [
            spend(load.tenantSpend, policy.spendPerDay, "What the account spends in a day"),
            spend(load.userSpend, policy.spendPerUserDay, "What the user spends in a day"),
            cap(load.tenantDay, policy.contactsPerDay, "Contacts of the account in a day"),
            question.userID == nil
                ? nil : cap(load.userDay, policy.contactsPerUserDay, "Contacts of the user in a day"),
        ].compactMap { $0 }.first
        if let ofDay { return (ofDay, load.dayEndsAt) }
        let ofMinute =
            cap(load.tenantMinute, policy.contactsPerMinute, "Contacts of the account in a minute")
            ?? (question.userID == nil
                ? nil : cap(load.userMinute, policy.contactsPerUserMinute, "Contacts of the user in a minute"))
        return ofMinute.map { ($0, question.at + .seconds(60)) }
    }

    /// Whether the hours of the law and of the policy hold for such a contact.
    var isBoundToHours: Bool {
        guard question.channel.isByNumber else { return false }
        return question.purpose == .marketing || (question.purpose == .service && question.channel == .call)
    }
}
