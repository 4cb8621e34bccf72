extension TenancyAPI {
    /// How the whole platform does.
    package struct PlatformStats: Codable, Sendable {
        package var tenants: TenantCounts
        /// Of tenants that are not deleted.
        package var people: PeopleCounts
        /// Companies that wait for an answer.
        package var openSetupRequests: Int
        /// What all tenants have of trouble and cost; null while none has any.
        package var figures: TenantFigures?

        package init(
            tenants: TenantCounts, people: PeopleCounts, openSetupRequests: Int, figures: TenantFigures?
        ) {
            self.tenants = tenants
            self.people = people
            self.openSetupRequests = openSetupRequests
            self.figures = figures
        }
    }

    /// How many tenants there are.
    package struct TenantCounts: Codable, Sendable {
        package var active: Int
        package var suspended: Int
        /// Those that can still be restored.
        package var deleted: Int
        /// Made within the last thirty days.
        package var recent: Int
        /// Every plan, without deleted tenants.
        package var plans: [PlanCount]

        package init(active: Int, suspended: Int, deleted: Int, recent: Int, plans: [PlanCount]) {
            self.active = active
            self.suspended = suspended
            self.deleted = deleted
            self.recent = recent
            self.plans = plans
        }
    }

    /// How many tenants have a plan.
    package struct PlanCount: Codable, Sendable, Hashable {
        package var plan: Plan
        package var tenants: Int

        package init(plan: Plan, tenants: Int) {
            self.plan = plan
            self.tenants = tenants
        }
    }

    /// How many people work in the tenants.
    package struct PeopleCounts: Codable, Sendable {
        package var active: Int
        /// Signed in within the last day.
        package var signedInToday: Int
        /// Signed in within the last thirty days.
        package var signedInRecently: Int
        package var openSessions: Int
        package var pendingInvitations: Int

        package init(
            active: Int, signedInToday: Int, signedInRecently: Int, openSessions: Int, pendingInvitations: Int
        ) {
            self.active = active
            self.signedInToday = signedInToday
            self.signedInRecently = signedInRecently
            self.openSessions = openSessions
            self.pendingInvitations = pendingInvitations
        }
    }
}
