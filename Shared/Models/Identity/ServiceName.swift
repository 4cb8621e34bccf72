/// A process of the suite, as tokens, grants and logs name it.
package enum ServiceName: String, Codable, CaseIterable, Sendable {
    case gateway, tenancy, calls, sessions, messaging, calendar, billing

    /// The six behind the gateway, in the order of their ports.
    package static let services: [ServiceName] = [.tenancy, .calls, .sessions, .messaging, .calendar, .billing]

    /// The distance of the service's port from the gateway's.
    package var portOffset: Int {
        switch self {
        case .gateway: 0
        case .tenancy: 21
        case .calls: 22
        case .sessions: 23
        case .messaging: 24
        case .calendar: 25
        case .billing: 26
        }
    }
}
