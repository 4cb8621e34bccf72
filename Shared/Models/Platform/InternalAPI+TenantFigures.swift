extension InternalAPI {
    /// What super admins compare tenants by, as `calls` counts it.
    package struct TenantFigures: Codable, Sendable, Hashable {
        package var tenantID: TenantID
        /// Connections whose last exchange failed, or that are silent.
        package var failingConnections: Int64
        /// Calls with a recording that are not analysed yet.
        package var backlog: Int64
        /// Calls whose processing failed within the last seven days.
        package var errors: Int64
        /// What engines cost within the last thirty days, in millionths of a US dollar.
        package var costMicros: Int64

        package init(
            tenantID: TenantID, failingConnections: Int64, backlog: Int64, errors: Int64, costMicros: Int64
        ) {
            self.tenantID = tenantID
            self.failingConnections = failingConnections
            self.backlog = backlog
            self.errors = errors
            self.costMicros = costMicros
        }
    }

    /// A page of `GET /internal/tenant-figures` of calls; a tenant that has none is left out.
    package struct TenantFiguresPage: Codable, Sendable {
        package var data: [TenantFigures]
        /// The tenant that the next page begins behind; null at the end.
        package var next: TenantID?

        package init(data: [TenantFigures], next: TenantID?) {
            self.data = data
            self.next = next
        }
    }
}
