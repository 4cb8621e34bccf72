/// What a user is within their tenant, or on the platform.
package enum Role: String, Codable, CaseIterable, Sendable {
    case superAdmin = "super_admin"
    case owner
    case admin
    case agent

    /// The one table of who may do what.
    ///
    /// Agents see their own calls and themselves; a tenant's visibility setting of `organisation` adds `calls.read_all` and
    /// `users.read` where they are asked.
    package var permissions: Set<Permission> {
        switch self {
        case .superAdmin:
            PlatformArea.allCases.reduce(into: []) { $0.formUnion($1.permissions) }
        case .owner:
            Self.administration.union([
                .callsDelete, .domainsWrite, .singleSignOnWrite, .tenantExport, .ownershipTransfer,
                .supportApprove,
            ])
        case .admin: Self.administration
        case .agent: [.callsReadOwn, .callsWrite, .recordingsListen, .recordingsWrite, .consentRecord, .usersReadOwn]
        }
    }

    private static let administration: Set<Permission> = [
        .callsReadAll, .callsReadOwn, .callsWrite, .callsDelete, .callsExport, .recordingsListen, .recordingsDownload,
        .recordingsWrite, .recordingsUnredacted, .legalHoldsWrite, .consentRecord, .consentRead, .consentWrite,
        .assignmentsWrite, .usersRead, .usersReadOwn, .usersWrite,
        .invitationsRead, .invitationsWrite, .apiKeysRead,
        .apiKeysWrite, .settingsRead, .settingsWrite, .connectionsRead, .connectionsWrite, .auditRead, .auditExport,
        .peopleErase, .peopleExport,
    ]

    /// The roles that a tenant can give.
    package static let ofTenants: [Role] = [.owner, .admin, .agent]
}
