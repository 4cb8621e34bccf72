import Events
import Jobs
import Models
import Postgres

/// The letters of the suite and what became of each.
struct MailStore: Sendable {
    /// How many rows one statement looks for.
    static let bound: Int32 = 500

    let database: Database

    /// Writes a letter down, to be sent or to be kept; false when one with its id is there, whatever it says.
    func take(
        _ id: MailID, kind: String, to recipient: EmailAddress, subject: String, sealed: [UInt8], isSent: Bool,
        in tenant: TenantID
    ) async throws -> Bool {
        let state = isSent ? MailState.waiting : .kept
        return try await database.tenant(tenant).transaction { transaction in
            let isNew = try await transaction.execute(
                """
                INSERT INTO mails (tenant_id, id, kind, state) VALUES (\(tenant), \(id), \(kind), \(state.rawValue))
                ON CONFLICT DO NOTHING
                """)
            guard isNew == 1 else { return false }
            try await transaction.execute(
                """
                INSERT INTO mail_contents (tenant_id, mail_id, recipient, subject, sealed)
                VALUES (\(tenant), \(id), \(recipient.text), \(subject), \(sealed))
                """)
            if isSent { try await JobQueue(transaction).enqueue(DeliverMailJob(mailID: id), about: id) }
            return true
        }
    }

    /// What a letter that is to be sent says, sealed, and when it was taken in.
    ///
    /// Nil when it was sent already, or is too old to have anything to say.
    func waiting(_ id: MailID, in tenant: TenantID) async throws -> (sealed: [UInt8], createdAt: Timestamp)? {
        try await database.tenant(tenant).first(
            """
            SELECT content.sealed, mail.created_at FROM mails mail
            JOIN mail_contents content ON content.tenant_id = mail.tenant_id AND content.mail_id = mail.id
            WHERE mail.tenant_id = \(tenant) AND mail.id = \(id) AND mail.state IN ('waiting', 'failed')
              AND content.sealed IS NOT NULL
            """
        ) { row in (sealed: try row.next([UInt8].self), createdAt: try row.next(Timestamp.self)) }
    }

    /// The letter has been taken by the mail server: what it says goes, with its job.
    func setSent(_ id: MailID, _ run: JobRun) async throws {
        let tenant = run.tenant
        try await database.tenant(tenant).transaction { transaction in
            try await run.finish(in: transaction)
            try await transaction.execute(
                """
                UPDATE mails SET state = 'sent', sent_at = now(), failure = NULL, attempts = \(run.attempt),
                    is_sealed = false
                WHERE tenant_id = \(tenant) AND id = \(id)
                """)
            try await transaction.execute(
                "UPDATE mail_contents SET sealed = NULL WHERE tenant_id = \(tenant) AND mail_id = \(id)")
        }
    }

    /// The mail server did not take the letter, for now or for good; the latter is told to whoever had it sent.
    func noteFailure(_ code: String, isFinal: Bool, of id: MailID, _ run: JobRun) async throws {
        try await database.tenant(run.tenant).transaction { transaction in
            let isNoted = try await transaction.execute(
                """
                UPDATE mails SET state = \((isFinal ? MailState.failed : .waiting).rawValue), failure = \(code),
                    attempts = \(run.attempt)
                WHERE tenant_id = \(run.tenant) AND id = \(id) AND state IN ('waiting', 'failed')
                """)
            guard isFinal, isNoted == 1 else { return }
            try await Outbox.publish(
                .mailUndelivered, subject: "mail/\(id)", data: InternalAPI.UndeliveredMail(mailID: id, code: code),
                in: transaction)
        }
    }

    /// There is no mail server any more: the letter stays here.
    func keep(_ id: MailID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).execute(
            """
            UPDATE mails SET state = 'kept' WHERE tenant_id = \(tenant) AND id = \(id)
              AND state IN ('waiting', 'failed')
            """)
    }
}
