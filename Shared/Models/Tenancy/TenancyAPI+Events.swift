extension TenancyAPI {
    /// The data of `tenant.created`, `tenant.suspended` and `tenant.resumed`; the subject names the tenant.
    package struct TenantEvent: Codable, Sendable {
        package var plan: Plan
        package var status: TenantStatus

        package init(plan: Plan, status: TenantStatus) {
            self.plan = plan
            self.status = status
        }
    }

    /// The data of the events of users; the subject names the user.
    package struct UserEvent: Codable, Sendable {
        package var userID: UserID
        package var role: Role
        package var status: UserStatus
        /// Who takes over the open work of a deactivated person; nobody when null.
        package var heirID: UserID?
        /// The names of the fields that changed, without their values.
        package var changed: [String]?

        package init(
            userID: UserID, role: Role, status: UserStatus, heirID: UserID? = nil, changed: [String]? = nil
        ) {
            self.userID = userID
            self.role = role
            self.status = status
            self.heirID = heirID
            self.changed = changed
        }
    }
}
