import Models
import ServiceKit

/// The settings of messaging.
struct MessagingConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .messaging)
    }
}
