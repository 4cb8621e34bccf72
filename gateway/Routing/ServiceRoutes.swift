import Models

/// Where a path goes: the gateway's one screen of routes.
///
/// Services' `/internal` listeners are in no table here, so nothing that comes in can reach them.
enum ServiceRoutes {
    /// What follows `/api/v1/`, to the service that answers it.
    private static let segments: [String: ServiceName] = [
        "auth": .tenancy, "users": .tenancy, "invitations": .tenancy, "api-keys": .tenancy, "settings": .tenancy,
        "connections": .tenancy, "audit": .tenancy, "onboarding": .tenancy, "setup-requests": .tenancy,

        "calls": .calls, "recordings": .calls, "dialer": .calls, "consent": .calls, "analytics": .calls,
        "lines": .calls,

        "widgets": .sessions, "sessions": .sessions, "sales-people": .sessions, "leads": .sessions,
        "customers": .sessions,
        "deals": .sessions, "activities": .sessions,

        "chat": .messaging, "video": .messaging, "mail": .messaging, "templates": .messaging, "sequences": .messaging,
        "notifications": .messaging, "webhooks": .messaging, "events": .messaging, "social": .messaging,
        "realtime": .messaging,

        "appointments": .calendar, "availability": .calendar, "booking": .calendar,

        "plans": .billing, "subscriptions": .billing, "invoices": .billing, "usage": .billing,
    ]

    /// What follows `/api/v1/platform/`.
    private static let platformAreas: [String: ServiceName] = [
        "tenants": .tenancy, "settings": .tenancy, "audit": .tenancy, "setup-requests": .tenancy,
        "super-admins": .tenancy,
        "queues": .calls, "plans": .billing, "revenue": .billing,
    ]

    /// The service of a normalised path; nil for a path that no service has.
    static func service(for path: NormalisedPath) -> ServiceName? {
        let parts = path.segments
        if parts.count >= 3, parts[0] == "api", parts[1] == "v1" {
            if parts[2] == "platform" { return parts.count >= 4 ? platformAreas[String(parts[3])] : nil }
            return segments[String(parts[2])]
        }
        if parts.count >= 4, parts[0] == "hooks", let service = ServiceName(rawValue: String(parts[1])),
            service != .gateway
        {
            return service
        }
        if parts.count == 2, parts[0] == ".well-known", parts[1] == "jwks.json" { return .tenancy }
        return nil
    }
}
