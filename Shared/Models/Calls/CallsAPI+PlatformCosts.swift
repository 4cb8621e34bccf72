extension CallsAPI {
    /// By what the costs of all tenants are added up.
    package enum PlatformCostGrouping: String, Codable, CaseIterable, Sendable {
        case day, tenant, stage, engine
    }

    /// What engines have cost over all tenants in some UTC days.
    package struct PlatformCosts: Codable, Sendable {
        package var fromDate: LocalDate
        package var toDate: LocalDate
        /// Millionths of a US dollar.
        package var costMicros: Int64
        /// Days in their own order, all else the dearest first.
        package var data: [CostGroup]

        package init(fromDate: LocalDate, toDate: LocalDate, costMicros: Int64, data: [CostGroup]) {
            self.fromDate = fromDate
            self.toDate = toDate
            self.costMicros = costMicros
            self.data = data
        }
    }
}
