import Models
import ServiceKit

/// The settings of billing.
struct BillingConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .billing)
    }
}
