import Crypto
import Models
import Postgres

/// The life of a request: each step is one transaction of the platform with its letters and its audit row.
struct SetupRequestLifeStore {
    let database: TenantDatabase
    let mail: MailQueue
    let links: InvitationLinks

    /// Takes a request in and mails its link; nothing when the address has asked too often.
    func create(_ wanted: TenancyAPI.CreateSetupRequest) async throws {
        try await database.transaction { rows in
            let store = SetupRequestStore(rows: rows)
            try await store.forgetUnconfirmed()
            guard try await store.countRecent(of: wanted.email) < SetupRequest.mostOfAddress else { return }
            let token = OpaqueToken.make(.emailVerification)
            try await store.create(
                .make(), wanted, digest: token.digest, expiresAt: .now() + SetupRequest.confirmationLife)
            let letter = Letter(
                kind: .setupConfirmation, to: wanted.email, toName: wanted.name, language: wanted.language ?? "en",
                values: ["company": wanted.company], url: links.url(of: token, subdomain: "app"))
            try await mail.send(letter, in: rows)
        }
    }

    /// Opens a request whose address is confirmed and tells those who decide; false when the token does not work.
    func confirm(digest: [UInt8], origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            let store = SetupRequestStore(rows: rows)
            guard let request = try await store.confirm(digest: digest) else { return false }
            try await AuditStore(rows: rows).append(
                origin.entry(.setupRequested, "setup_request/\(request.id)"), in: .platform)
            for decider in try await store.deciders() {
                var letter = try Letter.about(
                    .setupReceived, decider, nil,
                    [
                        "company": request.company, "name": request.name, "email": request.email,
                        "subdomain": request.subdomain, "plan": request.plan.rawValue,
                    ])
                letter.url = links.page("setup-requests/\(request.id)", subdomain: Subdomain.admin.label)
                try await mail.send(letter, in: rows)
            }
            return true
        }
    }

    /// Nil when the request is not open.
    func refuse(_ id: SetupRequestID, reason: String, origin: Origin) async throws -> SetupRequest? {
        try await database.transaction { rows in
            guard let request = try await SetupRequestStore(rows: rows).refuse(id, reason: reason) else { return nil }
            try await AuditStore(rows: rows).append(
                origin.entry(.setupRefused, "setup_request/\(id)"), in: .platform)
            let letter = Letter(
                kind: .setupRefused, to: try EmailAddress(jsonText: request.email), toName: request.name,
                language: request.language, values: ["company": request.company, "reason": reason])
            try await mail.send(letter, in: rows)
            return request
        }
    }
}
