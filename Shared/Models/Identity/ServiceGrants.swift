/// What one service may ask of another; the scope of a service token.
package enum ServiceScope: String, Codable, CaseIterable, Sendable {
    /// Pass on a request of a person or a key: the gateway alone.
    case requestsForward = "requests.forward"
    /// Read the change feed.
    case changesRead = "changes.read"
    /// Exchange an API key for a token: the gateway alone.
    case apiKeysExchange = "api_keys.exchange"
    /// Deliver an event to `/internal/events`.
    case eventsDeliver = "events.deliver"
    /// Set a tenant's entitlements: billing alone.
    case entitlementsWrite = "entitlements.write"
    /// Set from which web sites a tenant's visitors come: sessions alone, whose widgets stand there.
    case originsWrite = "origins.write"
    /// Say until when there is a certificate for a tenant's domain: the gateway alone.
    case certificatesReport = "certificates.report"
    /// Learn what is to be erased, and say that it was.
    case erasuresTake = "erasures.take"
    /// Read all that a tenant has, for its archive: tenancy alone.
    case exportRead = "export.read"
    /// Read how far a tenant's calls have come: tenancy alone, for its wizard.
    case callProgressRead = "call_progress.read"
    /// Read what tenants have of trouble and cost: tenancy alone, whose super admins compare them.
    case tenantFiguresRead = "tenant_figures.read"
    /// Read a connection's credentials.
    case connectionsRead = "connections.read"
    /// Read who works in a tenant, and how each wants to be told.
    case peopleRead = "people.read"
    /// Hand over a mail that carries a sealed token: tenancy alone.
    case mailSend = "mail.send"
    /// Ask whether somebody may be contacted, before each contact.
    case contactsDecide = "contacts.decide"
    /// Tell when people have appointments: calendar alone.
    case busyReport = "busy.report"
    /// Tell what a tenant has used: the gateway alone.
    case usageReport = "usage.report"
}

/// The one table of which caller may ask which callee for what; nothing else is granted.
package enum ServiceGrants {
    /// The scopes of a token of `caller` for `callee`; empty when it gets none.
    package static func scopes(of caller: ServiceName, at callee: ServiceName) -> Set<ServiceScope> {
        var granted: Set<ServiceScope> = []
        if caller == .gateway { granted.insert(.requestsForward) }
        if callee == .tenancy { granted.formUnion([.changesRead, .erasuresTake]) }
        if caller == .tenancy, callee != .tenancy { granted.insert(.exportRead) }
        switch (caller, callee) {
        case (.gateway, .tenancy): granted.formUnion([.apiKeysExchange, .certificatesReport])
        case (.sessions, .tenancy): granted.insert(.originsWrite)
        case (.billing, .tenancy): granted.insert(.entitlementsWrite)
        case (.tenancy, .calls): granted.formUnion([.callProgressRead, .tenantFiguresRead])
        case (.tenancy, .messaging): granted.insert(.mailSend)
        case (.gateway, .billing): granted.insert(.usageReport)
        case (.sessions, .calls), (.messaging, .calls): granted.insert(.contactsDecide)
        case (.calendar, .calls): granted.formUnion([.contactsDecide, .busyReport])
        default: break
        }
        if callee == .tenancy, [.calls, .sessions, .messaging, .calendar, .billing].contains(caller) {
            granted.formUnion([.connectionsRead, .peopleRead])
        }
        if EventType.subscriptions.contains(where: { $0.publisher == caller && $0.subscriber == callee }) {
            granted.insert(.eventsDeliver)
        }
        return granted
    }
}
