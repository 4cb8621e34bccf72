import JSON

/// What a token leaves open and the provider's user info may say.
///
/// A token's own words come first; an address comes with the word of whether it is verified, from one of the two.
struct ProviderClaims: Sendable {
    private static let ofAddress = ["email", "email_verified"]

    let claims: JSONValue

    /// Whether anything that a configuration asks for is missing in a token.
    static func isWanted(_ claims: JSONValue, _ settings: SingleSignOn) -> Bool {
        isNeeded(claims, settings) || ["name", "given_name", "family_name"].allSatisfy { claims.text($0) == nil }
    }

    /// Whether nobody can be let in by the token alone.
    static func isNeeded(_ claims: JSONValue, _ settings: SingleSignOn) -> Bool {
        claims.text("email") == nil
            || [settings.domainClaim, settings.roleClaim].contains { name in
                name.map { SingleSignOn.claim($0, claims) == nil } ?? false
            }
    }

    /// A token's claims with what they lack.
    func completing(_ token: JSONValue) -> JSONValue {
        guard case .object(var members) = token, case .object(let told) = claims else { return token }
        let isAddressTold = token.text("email") == nil && claims.text("email") != nil
        if isAddressTold { members.removeAll { Self.ofAddress.contains($0.name) } }
        for member in told {
            guard isAddressTold || !Self.ofAddress.contains(member.name),
                !members.contains(where: { $0.name == member.name })
            else { continue }
            members.append(member)
        }
        return .object(members)
    }
}
