import Models

/// A company that uses the suite; the platform itself is one too.
struct Tenant: Sendable {
    var id: TenantID
    var name: String
    var subdomain: String
    var plan: Plan
    var phoneSystem: PhoneSystem
    var status: TenantStatus
    var timeZone: String
    var country: String
    var language: String
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var suspendedAt: Timestamp?
    var version: Int64
    var notes: String
    /// When the grace period of a deleted tenant ends.
    var deleteAfter: Timestamp?

    /// How long a deleted tenant can be restored.
    static let grace = Duration.seconds(30 * 86_400)
}

/// What a new tenant starts from.
struct TenantDraft: Sendable {
    var id = TenantID.make()
    var name: String
    var subdomain: String
    var plan: Plan
    var phoneSystem: PhoneSystem
    var timeZone: String
    var country: String
    var language: String
}

extension TenantDraft {
    /// What is wrong with the draft, apart from what only the database knows.
    var faults: [FieldError] { Self.faults(country: country, language: language) }

    /// What is wrong with a country and a language, where they are given.
    static func faults(country: String?, language: String?) -> [FieldError] {
        var faults: [FieldError] = []
        if let country, !SettingType.isCountry(country) {
            faults.append(
                FieldError(
                    pointer: "/country", code: "invalid_format", detail: "two letters of ISO 3166-1 expected"))
        }
        if let language, !SettingType.isLanguage(language) {
            faults.append(
                FieldError(pointer: "/language", code: "invalid_format", detail: "BCP 47 language tag expected"))
        }
        return faults
    }
}
