import Models

/// What must happen before a call with somebody is recorded: by the callee's region, the tenant's rules and its setting.
enum RecordingLaw {
    /// Regions where everybody in the call must know, or agree.
    private static let table = """
        announcement US-CA US-CT US-DE US-FL US-IL US-MA US-MD US-MT US-NH US-NV US-OR US-PA US-WA US-* CA AU GB IE NZ IN
        announcement SG HK ZA BR MX JP KR TH PL SE DK FI NO NL BE CZ HU RO SK BG HR SI EE LV LT LU MT CY GR
        key_press DE AT CH FR ES IT PT
        """

    private static let floors: [Substring: RecordingPolicy] = {
        var floors: [Substring: RecordingPolicy] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let policy = RecordingPolicy(rawValue: String(words[0])) else { continue }
            for region in words.dropFirst() { floors[region] = policy }
        }
        return floors
    }()

    /// The strictest of what law, rules and setting say for all the places where somebody may be.
    ///
    /// Without a place nobody knows the law, so an announcement is the least.
    static func policy(
        for place: CalleePlace?, rules: [CallsAPI.RecordingRule], setting: RecordingPolicy
    ) -> RecordingPolicy {
        guard let place, !place.regions.isEmpty else { return max(setting, .announcement) }
        return place.regions.map { region in
            let country = String(region.prefix(2))
            let floor = floors[region[...]] ?? floors[country[...]] ?? (country == "US" ? .always : .announcement)
            let rule = rules.first { $0.region == region } ?? rules.first { $0.region == country }
            return max(floor, rule?.policy ?? setting)
        }.reduce(.always, max)
    }

    private static func max(_ one: RecordingPolicy, _ other: RecordingPolicy) -> RecordingPolicy {
        strictness(one) >= strictness(other) ? one : other
    }

    private static func strictness(_ policy: RecordingPolicy) -> Int {
        switch policy {
        case .always: 0
        case .announcement: 1
        case .keyPress: 2
        case .never: 3
        }
    }
}
