/// By which way somebody is contacted.
package enum ContactChannel: String, Codable, CaseIterable, Sendable {
    case call, sms, email, whatsapp

    /// Whether its address is a telephone number.
    package var isByNumber: Bool { self != .email }
}

/// Why somebody is contacted; what the law asks for depends on it.
package enum ContactPurpose: String, Codable, CaseIterable, Sendable {
    /// To sell something.
    case marketing
    /// About something that the person has with the tenant already.
    case service
    /// What the person has just asked for: a code, a confirmation, the call back.
    case transactional
}

/// What a decision came to.
package enum ContactOutcome: String, Codable, CaseIterable, Sendable {
    case allowed, refused
    /// Not now; later it may be.
    case deferred
}

/// Why a contact was refused or put off, or allowed in spite of everything.
package enum ContactReasonCode: String, Codable, CaseIterable, Sendable {
    case emergencyNumber = "emergency_number"
    case invalidAddress = "invalid_address"
    case contactStopped = "contact_stopped"
    case doNotCall = "do_not_call"
    case platformDoNotCall = "platform_do_not_call"
    case consentRevoked = "consent_revoked"
    case consentExpired = "consent_expired"
    case consentMissing = "consent_missing"
    case countryNotAllowed = "country_not_allowed"
    case premiumNumber = "premium_number"
    case placeUnknown = "place_unknown"
    case outsideHours = "outside_hours"
    case quietDay = "quiet_day"
    case frequencyCap = "frequency_cap"
    case rateCap = "rate_cap"
    case spendCap = "spend_cap"
}

/// The four types of consent that everybody has; a tenant may add its own.
package enum BuiltInConsent: String, Codable, CaseIterable, Sendable {
    case tcpaCall = "tcpa_call"
    case tcpaSMS = "tcpa_sms"
    case gdprProcessing = "gdpr_processing"
    case gdprMarketing = "gdpr_marketing"
}

/// How consent was given, or taken back.
package enum ConsentMethod: String, Codable, CaseIterable, Sendable {
    case api, email, `import`, letter, paper, person, recording, sms
    case phoneCall = "phone_call"
    case webForm = "web_form"
}

/// Where a consent stands.
package enum ConsentState: String, Codable, CaseIterable, Sendable {
    case granted, revoked, expired
}

/// Why a number is not to be called.
package enum DoNotCallReason: String, Codable, CaseIterable, Sendable {
    /// The person has said so.
    case requested
    /// A register of a country or a state.
    case register
    /// Somebody who goes to court.
    case litigation
    /// Nobody there, or somebody else.
    case wrongNumber = "wrong_number"
    case other
}
