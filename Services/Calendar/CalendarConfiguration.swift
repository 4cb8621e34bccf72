import Models
import ServiceKit

/// The settings of calendar.
struct CalendarConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .calendar)
    }
}
