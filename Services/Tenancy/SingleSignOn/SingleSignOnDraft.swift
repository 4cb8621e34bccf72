import JSON
import Models

extension TenancyAPI.SetSingleSignOn {
    /// 422 that names every field that is not what it has to be.
    func check() throws(Failure) {
        var faults: [FieldError] = []
        func fault(_ pointer: String, _ code: String, _ detail: String) {
            faults.append(FieldError(pointer: pointer, code: code, detail: detail))
        }
        if !ProviderMetadata.isURL(issuer) || issuer.contains("?") || issuer.contains("#") {
            fault("/issuer", "invalid_format", "an https URL without query or fragment expected")
        }
        if !clientID.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            fault("/client_id", "invalid_format", "printable ASCII expected")
        }
        if let secret = clientSecret.value, !(1...1000).contains(secret.utf8.count) {
            fault("/client_secret", "invalid_length", "1 to 1000 bytes expected")
        }
        for (index, scope) in (scopes ?? []).enumerated() where !Self.isScope(scope) {
            fault("/scopes/\(index)", "invalid_format", "a scope has no spaces, quotes or backslashes")
        }
        for (index, domain) in emailDomains.enumerated() where !Self.isDomain(domain) {
            fault("/email_domains/\(index)", "invalid_format", "a domain such as example.com expected")
        }
        for (index, mapping) in (roles ?? []).enumerated() where !Self.canBeGiven(mapping.role) {
            fault("/roles/\(index)/role", "not_allowed", "admin or agent expected")
        }
        if let defaultRole, !Self.canBeGiven(defaultRole) {
            fault("/default_role", "not_allowed", "admin or agent expected")
        }
        if roleClaim == nil, defaultRole == nil, createsUsers ?? true {
            fault("/default_role", "required", "whoever gets an account gets a role, by a claim or by default")
        }
        if isEnforced ?? false, !isEnabled {
            fault("/is_enforced", "not_allowed", "only what is enabled can be enforced")
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
    }

    /// Beside `openid`, which is always asked for.
    var wantedScopes: [String] {
        var seen: Set<String> = ["openid"]
        return (scopes ?? ["email", "profile"]).filter { seen.insert($0).inserted }
    }

    private static func canBeGiven(_ role: Role) -> Bool { role == .admin || role == .agent }

    private static func isScope(_ text: String) -> Bool {
        // RFC 6749, 3.3.
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }

    private static func isDomain(_ text: String) -> Bool {
        do { return try EmailAddress(jsonText: "a@\(text)").text.contains(".") } catch { return false }
    }
}
