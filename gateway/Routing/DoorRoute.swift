import Models

/// Where a path goes, and the bounds within which it may.
final class DoorRoute: Sendable {
    /// The row of the table, by which metrics name it; it tells nothing of who asked for what.
    let template: String
    /// The row's place in the table.
    let index: Int
    let service: ServiceName
    let kind: RouteKind
    /// The largest request body, in bytes.
    let bodyLimit: Int64
    /// How long the service may take to begin its answer.
    let patience: Duration
    /// The template's segments; `*` stands for one, `**` at the end for any number.
    let segments: [Substring]

    init(template: String, index: Int, service: ServiceName, kind: RouteKind, bodyLimit: Int64, patience: Duration) {
        self.template = template
        self.index = index
        self.service = service
        self.kind = kind
        self.bodyLimit = bodyLimit
        self.patience = patience
        segments = template.split(separator: "/")
    }

    func matches(_ path: [Substring]) -> Bool {
        for (position, segment) in segments.enumerated() {
            if segment == "**" { return true }
            guard position < path.count, segment == "*" || segment == path[position] else { return false }
        }
        return segments.count == path.count
    }
}

/// What kind of traffic a route carries; limits are counted for each kind on its own.
enum RouteKind: String, CaseIterable, Sendable {
    /// Sign-in, sign-up and what else anybody may call: few requests a person, dear to answer.
    case signIn = "sign-in"
    /// The API of the console and of tenants' software.
    case api
    /// Large bodies in or out.
    case transfer
    /// Long-lived answers: WebSocket and server-sent events.
    case stream
    /// Events of providers.
    case hook
    /// What a visitor of a tenant's own web site may call.
    case visitor
    /// Published documents.
    case document
}
