/// What an API key may be given: `<resource>.read` or `<resource>.write`.
///
/// Keys are never given the keys to make keys, and nothing of the platform.
package enum Scope: String, Codable, CaseIterable, Sendable {
    case callsRead = "calls.read"
    case callsWrite = "calls.write"
    case consentRead = "consent.read"
    case consentWrite = "consent.write"
    case usersRead = "users.read"
    case usersWrite = "users.write"
    case settingsRead = "settings.read"
    case settingsWrite = "settings.write"
    case auditRead = "audit.read"

    /// The permissions that the scope stands for.
    package var permissions: Set<Permission> {
        switch self {
        case .callsRead: [.callsReadAll, .recordingsListen, .recordingsDownload]
        case .callsWrite: [.assignmentsWrite, .callsWrite, .callsDelete, .recordingsWrite]
        case .consentRead: [.consentRead]
        case .consentWrite: [.consentRecord, .consentWrite]
        case .usersRead: [.usersRead, .invitationsRead]
        case .usersWrite: [.usersWrite, .invitationsWrite]
        case .settingsRead: [.settingsRead]
        case .settingsWrite: [.settingsWrite]
        case .auditRead: [.auditRead]
        }
    }
}
