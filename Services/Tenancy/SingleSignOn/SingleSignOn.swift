import Crypto
import JSON
import Models

/// How a tenant's people sign in at the company's own provider.
struct SingleSignOn: Sendable {
    var tenantID: TenantID
    var issuer: String
    var clientID: String
    /// Sealed; nil for a client that has none and proves itself by PKCE alone.
    var clientSecret: [UInt8]?
    var label: String
    /// Beside `openid`.
    var scopes: [String]
    /// In lower case.
    var emailDomains: [String]
    var domainClaim: String?
    var trustsEmail: Bool
    var createsUsers: Bool
    var roleClaim: String?
    var roles: [TenancyAPI.SingleSignOn.RoleMapping]
    var defaultRole: Role?
    var isEnabled: Bool
    var isEnforced: Bool
    var version: Int64
    var updatedAt: Timestamp

    static func place(in tenant: TenantID) -> SecretPlace {
        SecretPlace(
            tenant: tenant.description, table: "single_sign_on", column: "client_secret", row: tenant.description)
    }

    /// Who the provider says has signed in, if that is somebody whom the owner lets in.
    func person(_ claims: JSONValue) throws(SingleSignOnFault) -> SingleSignOnPerson {
        guard let subject = claims.text("sub"), let email = Self.email(claims) else { throw .emailUnverified }
        switch claims["email_verified"] {
        case .bool(true)?, .string("true")?: break
        // A provider that says nothing is believed only if the owner says so; one that says no is never.
        case nil, .null?: guard trustsEmail else { throw .emailUnverified }
        default: throw .emailUnverified
        }
        guard emailDomains.contains(where: { email.normalised.hasSuffix("@\($0)") }) else { throw .wrongDomain }
        if let domainClaim {
            let named = Self.values(domainClaim, claims).map { $0.lowercased() }
            guard named.contains(where: emailDomains.contains) else { throw .wrongDomain }
        }
        return SingleSignOnPerson(
            issuer: issuer, subject: subject, email: email, name: Self.name(claims, email), role: role(claims),
            isRoleGiven: roleClaim != nil, authenticatedAt: claims.seconds("auth_time"))
    }

    private func role(_ claims: JSONValue) -> Role? {
        guard let roleClaim else { return defaultRole }
        let values = Set(Self.values(roleClaim, claims))
        return roles.first { values.contains($0.value) }?.role ?? defaultRole
    }

    private static func email(_ claims: JSONValue) -> EmailAddress? {
        guard let text = claims.text("email") else { return nil }
        do { return try EmailAddress(jsonText: text) } catch { return nil }
    }

    private static func name(_ claims: JSONValue, _ email: EmailAddress) -> String {
        let parts = [claims.text("given_name"), claims.text("family_name")].compactMap { $0 }.joined(separator: " ")
        let name = [claims.text("name"), parts].compactMap { $0 }.first { $0.contains { !$0.isWhitespace } }
        let found = name ?? String(email.text.prefix { $0 != "@" })
        return String(String.UnicodeScalarView(found.unicodeScalars.filter { $0.value >= 0x20 }.prefix(200)))
    }

    /// A claim; dots lead into objects, where no claim has the whole name.
    static func claim(_ name: String, _ claims: JSONValue) -> JSONValue? {
        if let found = claims[name] { return found }
        var found: JSONValue? = claims
        for part in name.split(separator: ".") { found = found?[String(part)] }
        return found
    }

    /// The texts of a claim: one, or several in an array.
    private static func values(_ name: String, _ claims: JSONValue) -> [String] {
        switch claim(name, claims) {
        case .string(let text)?: return [text]
        case .array(let elements)?: return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
        default: return []
        }
    }
}

/// Somebody who has signed in at the provider and may come in.
struct SingleSignOnPerson: Sendable {
    var issuer: String
    var subject: String
    var email: EmailAddress
    var name: String
    /// Nil when the provider's claims give none.
    var role: Role?
    /// Whether the provider says what people are, at each sign-in.
    var isRoleGiven: Bool
    /// When the person last showed the provider who they are, in seconds since 1970; nil when it does not say.
    var authenticatedAt: Int64?

    /// What somebody becomes or stays at a sign-in; nil leaves the role alone.
    ///
    /// Owners are made and unmade by hand.
    func role(after present: Role) -> Role? {
        guard isRoleGiven, present != .owner, let role, role != present else { return nil }
        return role
    }
}
