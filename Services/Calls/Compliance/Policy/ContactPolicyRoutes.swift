import Auth
import JSON
import Models
import Postgres
import Web

/// A tenant's policy over HTTP.
struct ContactPolicyRoutes: Sendable {
    let database: Database
    /// What a stop cancels, in its transaction.
    var steps = StopSteps.all

    func get(_ context: RequestContext) async throws -> OK<CallsAPI.ContactPolicyState> {
        let found = try await ContactPolicyStore.find(in: context.tenant, context.database(database))
        return OK(found, version: found.version)
    }

    func put(
        _ context: RequestContext, _ match: IfMatch, _ body: Body<CallsAPI.ContactPolicy>
    ) async throws -> OK<CallsAPI.ContactPolicyState> {
        try context.requireLive()
        let policy = body.value
        let types = try await ConsentTypeStore.list(in: context.tenant, context.database(database))
        let faults = ContactPolicyCheck(policy: policy, types: types).faults
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        let changed = try await context.database(database).transaction { transaction in
            let changed = try await ContactPolicyStore.put(
                policy, version: match.version, by: context.principal?.user?.userID, in: context.tenant, transaction)
            if policy.stopped ?? false {
                let reason = CallsAPI.ContactReason(
                    .contactStopped, "Everything that goes out is stopped.", rule: "policy/stopped")
                try await StopSteps.run(context.tenant, reason, in: transaction, steps)
            }
            return changed
        }
        return OK(changed, version: changed.version)
    }
}

/// What is wrong with a policy, all of it.
struct ContactPolicyCheck {
    let policy: CallsAPI.ContactPolicy
    let types: ConsentTypes

    var faults: [FieldError] {
        var faults: [FieldError] = []
        func fault(_ pointer: String, _ code: String, _ detail: String) {
            faults.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        for (name, text) in [("hours_from", policy.hoursFrom), ("hours_to", policy.hoursTo)] {
            if let text, CallingHours.minutes(text) == nil { fault("/\(name)", "invalid_format", "09:00 expected") }
        }
        if policy.hoursFrom != nil || policy.hoursTo != nil, EffectivePolicy(policy).hours == nil {
            fault("/hours_to", "out_of_range", "The hours end before they begin.")
        }
        for (index, day) in (policy.quietWeekdays ?? []).enumerated() where !(1...7).contains(day) {
            fault("/quiet_weekdays/\(index)", "out_of_range", "1 for Monday to 7 for Sunday expected")
        }
        for (index, country) in (policy.allowedCountries ?? []).enumerated() where !Self.isCountry(country) {
            fault("/allowed_countries/\(index)", "invalid_format", "ISO 3166-1 alpha-2 expected")
        }
        for (index, rule) in (policy.recording ?? []).enumerated() where !Self.isRegion(rule.region) {
            fault("/recording/\(index)/region", "invalid_format", "ISO 3166 expected, such as DE or US-CA")
        }
        for (name, money) in [("spend_per_user_day", policy.spendPerUserDay), ("spend_per_day", policy.spendPerDay)] {
            guard let money else { continue }
            if money.amount < 0 { fault("/\(name)/amount", "out_of_range", "0 or more expected") }
            if money.currency.utf8.count != 3 { fault("/\(name)/currency", "invalid_format", "ISO 4217 expected") }
        }
        for (index, requirement) in (policy.requirements ?? []).enumerated() {
            for (place, key) in requirement.anyOf.enumerated() where types.type(key) == nil {
                fault("/requirements/\(index)/any_of/\(place)", "unknown", "There is no such type of consent.")
            }
            for (place, country) in (requirement.countries ?? []).enumerated() where !Self.isCountry(country) {
                fault("/requirements/\(index)/countries/\(place)", "invalid_format", "ISO 3166-1 alpha-2 expected")
            }
        }
        return faults
    }

    private static func isCountry(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
    }

    private static func isRegion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard isCountry(String(parts[0])) else { return false }
        guard parts.count == 2 else { return true }
        return (1...3).contains(parts[1].utf8.count)
            && parts[1].utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
    }
}
