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
}
