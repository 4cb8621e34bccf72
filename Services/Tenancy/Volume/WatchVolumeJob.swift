import Jobs
import JSON
import Models
import Postgres
import Telemetry

/// Tells owners of people and keys that take out unusually much.
struct WatchVolumeJob: Job {
    static let kind = "watch_volume"
}

/// Looks at what was exported and fetched, and tells of what is far beyond the usual: in the audit log and by a letter.
struct VolumeWatch: Sendable {
    private static let perRound: Int32 = 100

    let database: Database
    let mail: MailQueue
    let links: InvitationLinks

    func run(_ logger: Logger) async throws {
        for found in try await VolumeStore(database: database).unusual(limit: Self.perRound) {
            try await tell(found)
            logger.warning(
                "Unusually much was taken out of a tenant",
                [
                    .string("tenant_id", found.tenant.description), .string("actor", found.subject),
                    .int("count", found.recent), .int("usual", found.usual),
                ])
        }
    }

    private func tell(_ found: UnusualVolume) async throws {
        try await database.tenant(found.tenant).transaction { rows in
            let told = try JSONText(encoding: ["count": found.recent, "usual": found.usual])
            try await AuditStore(rows: rows).append(
                Origin(actor: .service(.tenancy)).entry(.volumeUnusual, found.subject, after: told), in: found.tenant)
            guard let tenant = try await TenantStore(rows: rows).find(found.tenant) else { return }
            let values = [
                "name": try await name(of: found, rows), "count": "\(found.recent)", "usual": "\(found.usual)",
            ]
            for owner in try await TenantEditStore(rows: rows).owners(of: found.tenant) {
                var letter = try Letter.about(.unusualVolume, owner, tenant, values)
                letter.url = links.page("audit?actor=\(found.actorID)", subdomain: tenant.subdomain)
                try await mail.send(letter, in: rows)
            }
        }
    }

    private func name(of found: UnusualVolume, _ rows: Transaction) async throws -> String {
        let name =
            switch found.kind {
            case "user": try await UserStore(rows: rows).find(UserID(found.actor), in: found.tenant)?.name
            case "api_key": try await APIKeyStore(rows: rows).find(APIKeyID(found.actor), in: found.tenant)?.name
            default: String?.none
            }
        return name ?? found.subject
    }
}
