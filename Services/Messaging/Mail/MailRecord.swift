import Models

/// The life of a letter.
enum MailState: String, Sendable {
    case waiting
    case sent
    /// Refused for good, or too often.
    case failed
    /// There is no mail server: it lies in the mailbox of development.
    case kept
}

/// What became of a letter; nothing of what it says.
struct MailRecord: Sendable {
    let tenant: TenantID
    let id: MailID
    let kind: String
    let state: MailState
    let attempts: Int
    let createdAt: Timestamp
    let failure: String?
}

/// A letter and to whom it went.
struct MailboxEntry: Sendable {
    let mail: MailRecord
    let recipient: String
    let subject: String
}
