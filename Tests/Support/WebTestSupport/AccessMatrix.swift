package import HTTP
import JSON
import Models
package import Web

/// Every route of a table with every kind of caller in every situation, and what each has to be answered.
///
/// What guards refuse follows from the table by the rules here, which are written a second time on purpose. What lies
/// behind a guard that lets somebody in cannot follow from it: `Outcome.text` has it, for a file that is reviewed.
package struct AccessMatrix: Sendable {
    /// Where, and when, a route is asked for.
    package enum Situation: String, CaseIterable, Sendable {
        case ordinary, platform, suspended, deleted, unknown
        /// The change feed has not been heard for longer than a minute.
        case deaf
    }

    /// An answer of a guard.
    package struct Refusal: Sendable, Hashable, CustomStringConvertible {
        let status: Int
        let code: ErrorCode

        init(_ code: ErrorCode) {
            status = code.status
            self.code = code
        }

        package var description: String { "\(status) \(code)" }
    }

    /// One request.
    package struct Case: Sendable {
        let route: Route
        let caller: TestCaller
        let situation: Situation
        /// Nil when the guard lets the caller in.
        let expected: Refusal?

        var label: String { situation == .ordinary ? "\(caller)" : "\(situation.rawValue): \(caller)" }
    }

    /// What came of all of them.
    package struct Outcome: Sendable {
        /// Those that were answered otherwise than the table says.
        package var wrong: [String] = []
        /// Which answer each caller gets, route by route.
        package var text = ""
    }

    private let routes: [Route]
    private let cases: [Case]

    /// All of a service's routes behind the gateway.
    package init(_ table: RouteTable) {
        routes = table.routes
        cases = Situation.allCases.flatMap { situation in
            table.routes.flatMap { route in
                Self.callers(situation, route).map {
                    Case(
                        route: route, caller: $0, situation: situation,
                        expected: Self.refusal(of: $0, at: route, situation))
                }
            }
        }
    }

    // What is expected.

    private static func callers(_ situation: Situation, _ route: Route) -> [TestCaller] {
        let allScopes = Set(Scope.allCases)
        return switch situation {
        case .ordinary:
            [.anonymous, .visitor] + Role.ofTenants.map { .user($0) } + [.impersonating(.owner)]
                + Role.ofTenants.map { .departed($0) } + Role.ofTenants.map { .stranger($0) }
                + [.strangerKey(allScopes), .superAdmin(PlatformArea.allCases)]
                + Scope.allCases.map { .apiKey([$0]) }
                + [.serviceAtGateway(.calls), .service(.calls), .intruder(.owner)]
        case .platform:
            [.anonymous, .superAdmin(PlatformArea.allCases), .departed(.superAdmin), .stranger(.owner)]
                + PlatformArea.allCases.map { .superAdmin([$0]) } + [.strangerKey(allScopes)]
        case .suspended: [.anonymous, .user(.owner), .user(.agent), .apiKey(allScopes), .stranger(.owner)]
        case .deleted, .unknown: [.user(.owner)]
        case .deaf: route.options.contains(.dangerous) ? [.user(.owner), .superAdmin(PlatformArea.allCases)] : []
        }
    }

    private static func refusal(of caller: TestCaller, at route: Route, _ situation: Situation) -> Refusal? {
        let isOfPlatform = isAtPlatform(caller, situation)
        switch caller {
        case .intruder, .service: return Refusal(.unauthenticated)
        default: break
        }
        switch situation {
        case .deleted, .unknown: return Refusal(.notFound)
        case .suspended where !route.options.contains(.allowedWhenSuspended): return Refusal(.tenantSuspended)
        default: break
        }
        if !route.options.contains(.foreignCredential), let refusal = tokenRefusal(of: caller, isOfPlatform) {
            return refusal
        }
        if let refusal = guardRefusal(of: caller, at: route, isOfPlatform) { return refusal }
        if situation == .deaf, route.options.contains(.dangerous) { return Refusal(.unavailable) }
        if case .impersonating = caller, route.options.contains(.notWhileImpersonating) { return Refusal(.forbidden) }
        return nil
    }

    private static func tokenRefusal(of caller: TestCaller, _ isOfPlatform: Bool) -> Refusal? {
        switch caller {
        case .stranger, .strangerKey: Refusal(.tokenWrongTenant)
        case .superAdmin where !isOfPlatform: Refusal(.tokenWrongTenant)
        case .departed: Refusal(.tokenRevoked)
        case .serviceAtGateway: Refusal(.invalidToken)
        default: nil
        }
    }

    private static func guardRefusal(of caller: TestCaller, at route: Route, _ isOfPlatform: Bool) -> Refusal? {
        if case .platform = route.access.rule, !isOfPlatform { return Refusal(.notFound) }
        if route.access.rule == .anybody { return nil }
        if caller == .anonymous { return Refusal(.unauthenticated) }
        let isAdmitted =
            switch route.access.rule {
            case .signedIn: isPerson(caller) || isKey(caller)
            case .user: isPerson(caller)
            case .permission(let wanted): wanted.contains(where: permissions(of: caller).contains)
            case .platform(let wanted): isPerson(caller) && wanted.contains(where: permissions(of: caller).contains)
            case .anybody, .service, .unguarded: false
            }
        return isAdmitted ? nil : Refusal(.forbidden)
    }

    private static func isPerson(_ caller: TestCaller) -> Bool {
        switch caller {
        case .user, .person, .session, .impersonating, .superAdmin: true
        default: false
        }
    }

    private static func isKey(_ caller: TestCaller) -> Bool {
        if case .apiKey = caller { true } else { false }
    }

    private static func permissions(of caller: TestCaller) -> Set<Permission> {
        switch caller {
        case .user(let role), .person(_, let role), .session(_, _, let role), .impersonating(let role):
            role.permissions
        case .superAdmin(let areas): areas.reduce(into: []) { $0.formUnion($1.permissions) }
        case .apiKey(let scopes): scopes.reduce(into: []) { $0.formUnion($1.permissions) }
        default: []
        }
    }

    private static func isAtPlatform(_ caller: TestCaller, _ situation: Situation) -> Bool {
        if situation == .deaf, case .superAdmin = caller { return true }
        return situation == .platform
    }

    // What comes.

    /// Sends each request, with an empty object for a body and any version for the one that was seen.
    package func run(_ trust: TestTrust, _ send: (HTTPRequest) async throws -> HTTPResponse) async throws -> Outcome {
        var outcome = Outcome()
        var answers: [String: [(answer: String, label: String)]] = [:]
        for situation in Situation.allCases {
            try trust.knowledge.set(trust.tenant, status: Self.status(situation))
            trust.knowledge.setAge(situation == .deaf ? .seconds(61) : .zero)
            for entry in cases where entry.situation == situation {
                let response = try await send(try Self.request(entry, trust))
                let (answer, isGuards) = try Self.read(response)
                let isRight = entry.expected.map { "\($0)" == answer } ?? !isGuards
                let expected = entry.expected.map { "\($0)" } ?? "to be let in"
                if !isRight {
                    outcome.wrong.append("\(Self.name(entry.route)), \(entry.label): \(answer), not \(expected)")
                }
                answers[entry.route.operationID, default: []].append((answer, entry.label))
            }
        }
        try trust.knowledge.set(trust.tenant)
        trust.knowledge.setAge(.zero)
        outcome.text = routes.map { Self.text(of: $0, answers[$0.operationID] ?? []) }.joined(separator: "\n")
        return outcome
    }

    private static func status(_ situation: Situation) -> TenantStatus {
        switch situation {
        case .suspended: .suspended
        case .deleted: .deleted
        case .ordinary, .platform, .unknown, .deaf: .active
        }
    }

    private static func request(_ entry: Case, _ trust: TestTrust) throws -> HTTPRequest {
        let tenant: TenantID =
            switch entry.situation {
            case .unknown: .make()
            default: isAtPlatform(entry.caller, entry.situation) ? .platform : trust.tenant
            }
        let path = RouteMatrix.samplePath(entry.route)
        guard entry.route.method != .get else {
            return try trust.request(.get, path, as: entry.caller, in: tenant)
        }
        return try trust.request(
            entry.route.method, path, as: entry.caller, in: tenant, headers: ["If-Match": "*"],
            json: JSONValue.object([]))
    }

    /// The answer in words, and whether a guard has given it.
    private static func read(_ response: HTTPResponse) throws -> (answer: String, isGuards: Bool) {
        guard response.status >= 400 else { return ("\(response.status)", false) }
        let problem = try response.problem()
        let answer = "\(response.status) \(problem.code)"
        let words: [ErrorCode] = [
            .unauthenticated, .forbidden, .tokenWrongTenant, .tokenRevoked, .tenantSuspended,
        ]
        // Handlers that refuse somebody say why.
        return (answer, words.contains { $0.rawValue == problem.code && $0.title == problem.detail })
    }

    private static func name(_ route: Route) -> String { "\(route.method) \(route.template)" }

    private static func text(of route: Route, _ answers: [(answer: String, label: String)]) -> String {
        var labels: [(answer: String, labels: [String])] = []
        for (answer, label) in answers {
            if let index = labels.firstIndex(where: { $0.answer == answer }) {
                labels[index].labels.append(label)
            } else {
                labels.append((answer, [label]))
            }
        }
        let lines = labels.sorted { $0.answer < $1.answer }.map {
            "  \($0.answer): \($0.labels.joined(separator: ", "))"
        }
        return "\(name(route))\n\(lines.joined(separator: "\n"))\n"
    }
}
