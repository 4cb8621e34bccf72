/// A part of the platform that a super admin may be let into or kept out of.
package enum PlatformArea: String, Codable, CaseIterable, Sendable {
    case tenants, impersonation, administrators, requests, operation, audit

    /// What the area holds; all areas together are what the role may do.
    package var permissions: Set<Permission> {
        switch self {
        case .tenants: [.tenantsRead, .tenantsWrite, .tenantsSuspend]
        case .impersonation: [.tenantsImpersonate]
        case .administrators: [.superAdminsRead, .superAdminsWrite, .usersRead, .invitationsRead]
        case .requests: [.setupRequestsRead, .setupRequestsWrite]
        case .operation: [.platformOperate, .settingsRead, .settingsWrite, .peopleErase, .peopleExport]
        case .audit: [.auditRead, .auditExport]
        }
    }
}
