import Models
import Postgres

/// Erases whoever has been in the bin for as long as their tenant keeps it; the id stays for those that name it.
struct PeopleBinStore {
    /// The rest comes in the next round.
    private static let perRound: Int32 = 1_000

    let database: Database

    /// Empties the bins of all tenants; how many people are gone.
    func empty() async throws -> Int {
        let due = try await database.query("SELECT owner, id FROM platform_due_people(\(Self.perRound))") { row in
            (tenant: try row.next(TenantID.self), id: try row.next(UserID.self))
        }
        var gone = 0
        for person in due where try await erase(person.id, in: person.tenant) { gone += 1 }
        return gone
    }

    /// False when the person has been taken out of the bin meanwhile.
    private func erase(_ id: UserID, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).transaction { rows in
            guard let user = try await UserChangeStore(rows: rows).lock(id, in: tenant), user.deletedAt != nil else {
                return false
            }
            let email = try EmailAddress(jsonText: user.email).normalised
            try await rows.execute("DELETE FROM invitations WHERE tenant_id = \(tenant) AND email_lc = \(email)")
            try await rows.execute("SELECT erase_people_details(\([id]))")
            try await rows.execute("SELECT anonymise_user(\(tenant), \(id))")
            return true
        }
    }
}
