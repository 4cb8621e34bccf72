/// A thing that a principal may do; the guards of routes and the row filters of stores ask for these.
package enum Permission: String, Codable, CaseIterable, Sendable {
    // Calls.
    case callsReadAll = "calls.read_all"
    case callsReadOwn = "calls.read_own"
    case callsWrite = "calls.write"
    case callsDelete = "calls.delete"
    case callsExport = "calls.export"
    case recordingsListen = "recordings.listen"
    case recordingsDownload = "recordings.download"
    case recordingsWrite = "recordings.write"
    /// Hear what was silenced, and take it back.
    case recordingsUnredacted = "recordings.unredacted"
    /// Keep calls from being deleted, and let them go.
    case legalHoldsWrite = "legal_holds.write"

    // Who may be contacted.
    /// Write down a yes or a no, and ask whether somebody may be contacted.
    case consentRecord = "consent.record"
    case consentRead = "consent.read"
    /// The policy, the types and the lists.
    case consentWrite = "consent.write"
    /// Say who gets a call.
    case assignmentsWrite = "assignments.write"

    // People and keys.
    case usersRead = "users.read"
    /// One's own row of the people alone.
    case usersReadOwn = "users.read_own"
    case usersWrite = "users.write"
    /// Give the tenant to somebody else.
    case ownershipTransfer = "ownership.transfer"
    case invitationsRead = "invitations.read"
    case invitationsWrite = "invitations.write"
    case apiKeysRead = "api_keys.read"
    case apiKeysWrite = "api_keys.write"
    case settingsRead = "settings.read"
    case settingsWrite = "settings.write"
    /// Says who may come in at all, so it is the owners' alone.
    case singleSignOnWrite = "single_sign_on.write"
    case connectionsRead = "connections.read"
    case connectionsWrite = "connections.write"
    case auditRead = "audit.read"
    case domainsWrite = "domains.write"
    case auditExport = "audit.export"
    case peopleErase = "people.erase"
    /// Get all that there is about one person.
    case peopleExport = "people.export"
    case tenantExport = "tenant.export"
    /// Agree that super admins act as the owner.
    case supportApprove = "support.approve"

    // The platform.
    case tenantsRead = "tenants.read"
    case tenantsWrite = "tenants.write"
    case tenantsSuspend = "tenants.suspend"
    case tenantsImpersonate = "tenants.impersonate"
    case superAdminsRead = "super_admins.read"
    case superAdminsWrite = "super_admins.write"
    case setupRequestsRead = "setup_requests.read"
    case setupRequestsWrite = "setup_requests.write"
    case platformOperate = "platform.operate"
}
