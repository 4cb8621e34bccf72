/// A process of the suite, as tokens, grants and logs name it.
package enum ServiceName: String, Codable, CaseIterable, Sendable {
    case gateway, tenancy, calls, sessions, messaging, calendar, billing

    /// The six behind the gateway, in the order of their ports.
    package static let services: [ServiceName] = [.tenancy, .calls, .sessions, .messaging, .calendar, .billing]

    /// The distance of the service's port from the gateway's.
    package var portOffset: Int {
        guard let index = Self.services.firstIndex(of: self) else { return 0 }
        return 21 + index
    }
}
