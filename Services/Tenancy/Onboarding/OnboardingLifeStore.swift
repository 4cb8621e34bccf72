import JSON
import Models
import Postgres

/// Going through the wizard: each deed is one transaction with its audit row.
struct OnboardingLifeStore {
    let database: TenantDatabase

    /// Sets where a step is, once what it asks for is so.
    func settle(
        _ step: OnboardingStep, _ status: OnboardingStatus, facts: OnboardingFacts, by user: UserID?, origin: Origin,
        in tenant: TenantID
    ) async throws {
        try await database.transaction { rows in
            let store = OnboardingStore(rows: rows)
            try await store.lock(in: tenant)
            let before = try await store.begin(in: tenant)
            guard before.status(of: step) != status else { return }
            if status == .done {
                var facts = facts
                facts.stepsSettled = before.isAllSettled
                try facts.require(step)
            }
            try await store.settle(step, status, by: user, in: tenant)
            let after: JSONValue = ["step": .string(step.rawValue), "status": .string(status.rawValue)]
            let action: AuditEntry.Action =
                step == .complete && status == .done ? .onboardingCompleted : .onboardingStepSettled
            try await AuditStore(rows: rows).append(
                origin.entry(action, "tenant/\(tenant)", after: try JSONText(encoding: after)), in: tenant)
        }
    }

    /// Notes which phone system the tenant has.
    func choose(_ system: PhoneSystem, origin: Origin, in tenant: TenantID) async throws {
        try await database.transaction { rows in
            guard let before = try await TenantStore(rows: rows).find(tenant), before.phoneSystem != system else {
                return
            }
            try await OnboardingStore(rows: rows).choose(system, of: tenant)
            func document(_ system: PhoneSystem) throws -> JSONText {
                try JSONText(encoding: ["phone_system": system.rawValue])
            }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .tenantUpdated, "tenant/\(tenant)", before: try document(before.phoneSystem),
                    after: try document(system)), in: tenant)
        }
    }
}
