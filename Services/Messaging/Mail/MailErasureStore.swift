import LifeCycle
import Postgres

/// Removes the letters to somebody, with what still waits to be sent.
struct MailErasureStore {
    private let rows: TenantDatabase

    init(_ rows: TenantDatabase) { self.rows = rows }

    /// How many letters are gone; those whose subject alone names somebody stay, without the name.
    func erase(_ pattern: String) async throws -> Int {
        let tenant = rows.tenant
        return try await rows.execute(
            """
            DELETE FROM mails AS mail USING mail_contents AS content
            WHERE mail.tenant_id = \(tenant) AND content.tenant_id = \(tenant) AND content.mail_id = mail.id
              AND content.recipient ~* \(pattern)
            """)
    }
}

extension ErasureSteps {
    /// Letters to somebody go; what others name is made unreadable as everywhere.
    static let ofMessaging = ErasureSteps(
        person: { _, pattern, rows in
            ErasureSteps.Outcome(erased: ["mails": try await MailErasureStore(rows).erase(pattern)])
        })
}

extension [ExportedTable] {
    /// What a tenant gets of messaging.
    static let ofMessaging = [
        ExportedTable("mails", omitting: ["is_sealed"], of: .init("mail_contents", "mail_id", by: "id")),
        ExportedTable("mail_contents", omitting: ["sealed"]),
    ]
}
