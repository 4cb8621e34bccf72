package import JSON

extension CallsAPI {
    /// Which consent is asked for before a contact.
    package struct ConsentRequirement: Codable, Sendable, Hashable, Noted {
        package var channels: [ContactChannel]
        package var purposes: [ContactPurpose]
        package var countries: [String]?
        package var automatedOnly: Bool?
        package var anyOf: [String]
        package var legitimateInterest: Bool?

        package init(
            channels: [ContactChannel], purposes: [ContactPurpose], countries: [String]? = nil,
            automatedOnly: Bool? = nil, anyOf: [String], legitimateInterest: Bool? = nil
        ) {
            self.channels = channels
            self.purposes = purposes
            self.countries = countries
            self.automatedOnly = automatedOnly
            self.anyOf = anyOf
            self.legitimateInterest = legitimateInterest
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.channels, "On which channels it is asked for.", count: 1...4),
                .of(CodingKeys.purposes, "For which purposes.", count: 1...3),
                .of(CodingKeys.countries, "In which countries, ISO 3166-1; null for all.", count: 1...250),
                .of(CodingKeys.automatedOnly, "Whether only a machine needs it; default false."),
                .of(CodingKeys.anyOf, "The types of consent of which one is enough.", count: 1...20),
                .of(
                    CodingKeys.legitimateInterest,
                    "Whether the tenant's legitimate interest is enough where nobody has said no; default false."),
            ]
        }
    }

    /// What must happen before calls with a region are recorded.
    package struct RecordingRule: Codable, Sendable, Hashable, Noted {
        package var region: String
        package var policy: RecordingPolicy

        package init(region: String, policy: RecordingPolicy) {
            self.region = region
            self.policy = policy
        }

        package static var notes: [Note] {
            [.of(CodingKeys.region, "The other side's, ISO 3166: US-CA, DE.", length: 2...6)]
        }
    }

    /// How often, how much and when a tenant contacts people: what is left out is as everybody starts with.
    package struct ContactPolicy: Codable, Sendable, Hashable, Noted {
        package var requirements: [ConsentRequirement]?
        package var attemptsPerDay: Int?
        package var attemptsPerWeek: Int?
        package var hoursFrom: String?
        package var hoursTo: String?
        package var quietWeekdays: [Int]?
        package var quietDays: [LocalDate]?
        package var allowedCountries: [String]?
        package var contactsPerUserMinute: Int?
        package var contactsPerUserDay: Int?
        package var contactsPerMinute: Int?
        package var contactsPerDay: Int?
        package var spendPerUserDay: Money?
        package var spendPerDay: Money?
        package var recording: [RecordingRule]?
        package var stopped: Bool?

        package init() {}

        package static var notes: [Note] {
            [
                .of(CodingKeys.requirements, "Replaces what the law is taken to ask for.", count: 0...100),
                .of(CodingKeys.attemptsPerDay, "Calls to one number in 24 hours; default 3.", range: 1...100),
                .of(CodingKeys.attemptsPerWeek, "Calls to one number in 7 days; default 7.", range: 1...500),
                .of(CodingKeys.hoursFrom, "The tenant's own hours, never wider than the law's: 09:00.", length: 5...5),
                .of(CodingKeys.hoursTo, "Until when, at the callee's place: 18:30.", length: 5...5),
                .of(CodingKeys.quietWeekdays, "Days on which nobody is contacted; 7 is Sunday.", count: 0...7),
                .of(CodingKeys.quietDays, "Dates on which nobody is contacted.", count: 0...400),
                .of(CodingKeys.allowedCountries, "Default the tenant's own alone; ISO 3166-1.", count: 0...250),
                .of(CodingKeys.contactsPerUserMinute, "Default 20.", range: 0...10_000),
                .of(CodingKeys.contactsPerUserDay, "Default 1,000.", range: 0...1_000_000),
                .of(CodingKeys.contactsPerMinute, "Of the whole tenant; default 300.", range: 0...100_000),
                .of(CodingKeys.contactsPerDay, "Of the whole tenant; default 20,000.", range: 0...10_000_000),
                .of(CodingKeys.spendPerUserDay, "No limit without it."),
                .of(CodingKeys.spendPerDay, "Of the whole tenant; no limit without it."),
                .of(CodingKeys.recording, "By the other side's region; the setting holds elsewhere.", count: 0...400),
                .of(CodingKeys.stopped, "True stops everything that goes out, at once."),
            ]
        }
    }

    /// The policy with what it is on record as.
    package struct ContactPolicyState: Codable, Sendable {
        package var policy: ContactPolicy
        /// What holds where the policy says nothing.
        package var defaults: ContactPolicy
        package var version: Int64
        package var updatedAt: Timestamp?
        package var updatedBy: UserID?

        package init(
            policy: ContactPolicy, defaults: ContactPolicy, version: Int64, updatedAt: Timestamp?, updatedBy: UserID?
        ) {
            self.policy = policy
            self.defaults = defaults
            self.version = version
            self.updatedAt = updatedAt
            self.updatedBy = updatedBy
        }
    }
}
