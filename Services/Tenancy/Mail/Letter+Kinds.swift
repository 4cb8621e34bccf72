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
