import Models

/// A tenant's policy with what holds where it says nothing.
struct EffectivePolicy: Sendable {
    /// What everybody starts with.
    static var defaults: CallsAPI.ContactPolicy {
        var policy = CallsAPI.ContactPolicy()
        policy.requirements = ConsentLaw.requirements
        policy.attemptsPerDay = 3
        policy.attemptsPerWeek = 7
        policy.quietWeekdays = []
        policy.quietDays = []
        policy.contactsPerUserMinute = 20
        policy.contactsPerUserDay = 1_000
        policy.contactsPerMinute = 300
        policy.contactsPerDay = 20_000
        policy.recording = []
        policy.stopped = false
        return policy
    }

    let document: CallsAPI.ContactPolicy
    /// 0 for a tenant that has none.
    let version: Int64

    init(_ document: CallsAPI.ContactPolicy = .init(), version: Int64 = 0) {
        self.document = document
        self.version = version
    }

    /// The tenant's word, or else what everybody starts with.
    private func value<Value>(_ path: KeyPath<CallsAPI.ContactPolicy, Value?>, or fallback: Value) -> Value {
        document[keyPath: path] ?? fallback
    }

    var requirements: [CallsAPI.ConsentRequirement] { value(\.requirements, or: ConsentLaw.requirements) }
    var attemptsPerDay: Int { value(\.attemptsPerDay, or: 3) }
    var attemptsPerWeek: Int { value(\.attemptsPerWeek, or: 7) }
    var quietWeekdays: [Int] { value(\.quietWeekdays, or: []) }
    var quietDays: [LocalDate] { value(\.quietDays, or: []) }
    var contactsPerUserMinute: Int { value(\.contactsPerUserMinute, or: 20) }
    var contactsPerUserDay: Int { value(\.contactsPerUserDay, or: 1_000) }
    var contactsPerMinute: Int { value(\.contactsPerMinute, or: 300) }
    var contactsPerDay: Int { value(\.contactsPerDay, or: 20_000) }
    var spendPerUserDay: Money? { document.spendPerUserDay }
    var spendPerDay: Money? { document.spendPerDay }
    var recording: [CallsAPI.RecordingRule] { value(\.recording, or: []) }
    var isStopped: Bool { value(\.stopped, or: false) }

    /// Where the tenant may call: its own country unless it has named others.
    func allows(_ country: String, own: String) -> Bool {
        guard let allowed = document.allowedCountries else { return country == own }
        return allowed.contains(country)
    }

    /// The tenant's own hours, in minutes after midnight; nil when the law's are enough.
    var hours: ClosedRange<Int>? {
        guard document.hoursFrom != nil || document.hoursTo != nil else { return nil }
        let from = document.hoursFrom.flatMap { CallingHours.minutes($0) } ?? 0
        let to = document.hoursTo.flatMap { CallingHours.minutes($0) } ?? 1440
        return from < to ? from...to : nil
    }
}
