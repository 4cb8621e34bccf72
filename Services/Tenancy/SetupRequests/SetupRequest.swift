import Models

/// A company's request for an account.
struct SetupRequest: Sendable {
    /// How long the address can be confirmed.
    static let confirmationLife = Duration.seconds(24 * 3600)
    /// How many requests of one address are taken in a day; what is beyond gets the same answer and no letter.
    static let mostOfAddress = 3

    var id: SetupRequestID
    var company: String
    var subdomain: String
    var name: String
    var email: String
    var plan: Plan
    var phoneSystem: PhoneSystem
    var message: String
    var language: String
    var status: SetupRequestStatus
    var reason: String?
    var madeTenant: TenantID?
    var createdAt: Timestamp
    var decidedAt: Timestamp?
}

/// What a list of requests can be narrowed by.
struct SetupRequestFilter: Codable, Sendable {
    var status: SetupRequestStatus?
}

extension SetupRequest {
    func wire() throws -> TenancyAPI.SetupRequest {
        TenancyAPI.SetupRequest(
            id: id, company: company, subdomain: subdomain, name: name, email: try EmailAddress(jsonText: email),
            plan: plan, phoneSystem: phoneSystem, message: message, language: language, status: status, reason: reason,
            tenantID: madeTenant, createdAt: createdAt, decidedAt: decidedAt)
    }
}
