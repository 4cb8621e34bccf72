import Models

extension Letter {
    /// An invitation into a tenant, by a person or by the platform.
    static func invitation(
        to address: EmailAddress, name: String?, into tenant: String, language: String, by inviter: String?,
        url: String, expiresAt: Timestamp
    ) -> Letter {
        Letter(
            kind: .invitation, to: address, toName: name, language: language,
            values: [
                "tenant": tenant, "inviter": inviter ?? "Switchboard",
                "expires": String(expiresAt.jsonText.prefix(10)),
            ], url: url)
    }

    /// An invitation into a tenant that may have gone meanwhile.
    static func invitation(
        to address: EmailAddress, name: String?, into tenant: Tenant?, by inviter: String?, url: String,
        expiresAt: Timestamp
    ) -> Letter {
        invitation(
            to: address, name: name, into: tenant?.name ?? "Switchboard", language: tenant?.language ?? "en",
            by: inviter, url: url, expiresAt: expiresAt)
    }
}

extension Letter {
    /// A letter to a user about their own account; its texts name the tenant.
    static func about(_ kind: Kind, _ user: User, _ tenant: Tenant?, _ values: [String: String] = [:]) throws -> Letter
    {
        var values = values
        values["tenant"] = tenant?.name ?? "Switchboard"
        return Letter(
            kind: kind, to: try EmailAddress(jsonText: user.email), toName: user.name,
            language: user.language ?? tenant?.language ?? "en", values: values)
    }
}
