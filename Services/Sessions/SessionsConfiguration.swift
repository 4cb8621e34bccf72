import Models
import ServiceKit

/// The settings of sessions.
struct SessionsConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .sessions)
    }
}
