import Models
import Postgres
import ServiceKit

/// `tenancy verify-audit [SUBDOMAIN]`: whether the audit logs are as they were written; names the first broken seal of each.
enum VerifyAuditCommand {
    private static let sealsPerRead: Int32 = 50

    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        guard arguments.count <= 1 else { return CommandOutput.fail("usage: tenancy verify-audit [SUBDOMAIN]") }
        guard let secrets = seat.secrets else { throw TenancyError.missingEncryptionKeys }
        let sealing = AuditSealing(database: seat.database, secrets: secrets)
        var tenants = [(id: TenantID.platform, name: Subdomain.admin.label)]
        let store = TenantStore(rows: seat.database.tenant(.platform))
        var position: (at: Timestamp, id: TenantID)?
        while true {
            let page = RowPage(
                after: position.map { ($0.at, $0.id.uuid) }, isDescending: false, limit: 500, offset: 0)
            let found = try await store.list(TenantFilter(), page)
            tenants += found.map { ($0.id, $0.subdomain) }
            guard found.count == 500, let last = found.last else { break }
            position = (last.createdAt, last.id)
        }
        if let wanted = arguments.first {
            tenants.removeAll { $0.name != wanted }
            guard !tenants.isEmpty else { return CommandOutput.fail("there is no tenant \(wanted)") }
        }
        var broken = 0
        for tenant in tenants where try await !report(tenant, sealing) { broken += 1 }
        return broken == 0 ? 0 : 1
    }

    /// Prints what was found; false for a log that is not whole.
    private static func report(_ tenant: (id: TenantID, name: String), _ sealing: AuditSealing) async throws -> Bool {
        var (seals, entries, after) = (0, 0, Int64(0))
        while true {
            let findings = try await sealing.check(tenant.id, after: after, limit: sealsPerRead)
            seals += findings.seals
            entries += findings.entries
            if let broken = findings.broken {
                let place = broken.seal.map { "seal \($0)" } ?? "a row outside of the chain"
                let row = broken.audit.map { ", row \($0)" } ?? ""
                CommandOutput.write("\(tenant.name): BROKEN at \(place)\(row): \(broken.reason.rawValue)")
                return false
            }
            guard let next = findings.next else {
                CommandOutput.write(
                    "\(tenant.name): whole, \(seals) seals, \(entries) entries, \(findings.unsealed) not sealed yet")
                return true
            }
            after = next
        }
    }
}
