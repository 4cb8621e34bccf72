import Models
import PhoneNumbers
import Postgres

/// What must happen before a call is recorded, and what has happened: asked by whoever dials, and by whoever takes
/// recordings in.
enum RecordingConsents {
    /// What a call with somebody asks for, by the tenant's rules and setting and the law of where they may be.
    static func policy(
        with number: String?, known: CalleePlace.Known = .init(), setting: RecordingPolicy, country: String,
        in tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> (policy: RecordingPolicy, regions: [String]) {
        let place =
            number.flatMap { PhoneNumber($0, country: country) }.flatMap { CalleePlace(of: $0, known: known) }
            ?? CalleePlace(known: known)
        let rules = try await ContactPolicyStore.find(in: tenant, database).policy.recording ?? []
        return (RecordingLaw.policy(for: place, rules: rules, setting: setting), place?.regions ?? [])
    }

    /// Where somebody with a number may be.
    static func regions(of number: String?) -> [String] {
        number.flatMap { PhoneNumber($0, country: "") }.flatMap { CalleePlace(of: $0, known: .init()) }?.regions ?? []
    }

    /// Whether a recording may be kept, once what has happened is known.
    static func mayRecord(_ policy: RecordingPolicy, _ proof: CallsAPI.RecordingProof?) -> Bool {
        switch policy {
        case .always: true
        case .never: false
        case .announcement: proof?.given ?? false
        case .keyPress: (proof?.given ?? false) && proof?.method != .announcement && proof?.method != .noneNeeded
        }
    }
}
