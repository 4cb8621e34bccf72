import Models
import Postgres

/// The letters as the operator's mailbox shows them, and their end.
struct MailboxStore: Sendable {
    let database: Database

    /// The last letters of all tenants.
    func latest(_ count: Int32 = 100) async throws -> [MailboxEntry] {
        let mails = try await database.query(
            """
            SELECT \(unescaped: MailRecord.columns) FROM mails ORDER BY created_at DESC, id DESC LIMIT \(count)
            """, as: MailRecord.self)
        var found: [MailID: (String, String)] = [:]
        for (tenant, mails) in Dictionary(grouping: mails, by: \.tenant) {
            // What a letter says is behind the wall, so it is asked for tenant by tenant.
            let rows = try await database.tenant(tenant).query(
                """
                SELECT mail_id, recipient, subject FROM mail_contents
                WHERE tenant_id = \(tenant) AND mail_id = ANY(\(mails.map(\.id)))
                """
            ) { row in (try row.next(MailID.self), try row.next(String.self), try row.next(String.self)) }
            for (id, recipient, subject) in rows { found[id] = (recipient, subject) }
        }
        return mails.map { mail in
            let (recipient, subject) = found[mail.id] ?? ("", "")
            return MailboxEntry(mail: mail, recipient: recipient, subject: subject)
        }
    }

    /// What a letter that is kept here says, sealed; nil for any other.
    func kept(_ id: MailID, in tenant: TenantID) async throws -> [UInt8]? {
        try await database.tenant(tenant).first(
            """
            SELECT content.sealed FROM mails mail
            JOIN mail_contents content ON content.tenant_id = mail.tenant_id AND content.mail_id = mail.id
            WHERE mail.tenant_id = \(tenant) AND mail.id = \(id) AND mail.state = 'kept'
              AND content.sealed IS NOT NULL
            """
        ) { row in try row.next([UInt8].self) }
    }

    /// Forgets what letters from before an instant say; how many there were, at most `MailStore.bound`.
    func forgetContents(before instant: Timestamp) async throws -> Int {
        let old = try await older(
            """
            SELECT tenant_id, id FROM mails WHERE is_sealed AND created_at < \(instant)
            ORDER BY created_at LIMIT \(MailStore.bound)
            """)
        for (tenant, ids) in old {
            _ = try await database.tenant(tenant).batch([
                "UPDATE mail_contents SET sealed = NULL WHERE tenant_id = \(tenant) AND mail_id = ANY(\(ids))",
                "UPDATE mails SET is_sealed = false WHERE tenant_id = \(tenant) AND id = ANY(\(ids))",
            ])
        }
        return old.values.reduce(0) { $0 + $1.count }
    }

    /// Removes letters from before an instant; how many there were, at most `MailStore.bound`.
    func remove(before instant: Timestamp) async throws -> Int {
        let old = try await older(
            """
            SELECT tenant_id, id FROM mails WHERE created_at < \(instant) ORDER BY created_at, id
            LIMIT \(MailStore.bound)
            """)
        for (tenant, ids) in old {
            try await database.tenant(tenant).execute(
                "DELETE FROM mails WHERE tenant_id = \(tenant) AND id = ANY(\(ids))")
        }
        return old.values.reduce(0) { $0 + $1.count }
    }

    private func older(_ statement: SQL) async throws -> [TenantID: [MailID]] {
        let rows = try await database.query(statement) { row in
            (try row.next(TenantID.self), try row.next(MailID.self))
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}
