import HTTP
import Postgres
import Synchronization

/// Whether the process serves, as all its listeners tell it; any loop.
final class HealthState: Sendable {
    private enum Phase {
        case starting
        case serving([@Sendable () -> Bool])
        case stopping
    }

    private let phase = Mutex(Phase.starting)

    func begin(_ conditions: [@Sendable () -> Bool]) {
        phase.withLock { $0 = .serving(conditions) }
    }

    func end() {
        phase.withLock { $0 = .stopping }
    }

    /// Nil when ready, else the one word that says why not.
    var obstacle: String? {
        switch phase.withLock({ $0 }) {
        case .starting: "starting"
        case .stopping: "stopping"
        case .serving(let conditions): conditions.allSatisfy { $0() } ? nil : "waiting"
        }
    }
}

/// `/live` and `/ready`, for any Host, on every listener.
///
/// Confined to one loop.
final class HealthPages: @unchecked Sendable {
    /// How long one look at the database counts, so that probes cost next to nothing.
    private static let freshness = Duration.seconds(1)

    private let state: HealthState
    private let database: Database
    private var lastLook: (at: ContinuousClock.Instant, succeeded: Bool)?

    init(state: HealthState, database: Database) {
        self.state = state
        self.database = database
    }

    /// Whether the request is for one of the two; asked of every request, without a suspension.
    static func isAsked(by request: HTTPRequest) -> Bool {
        let path = request.path
        return path.utf8.count <= 6 && (path == "/live" || path == "/ready")
    }

    /// Nil when the request is for something else.
    func answer(_ request: HTTPRequest) async -> HTTPResponse? {
        let path = request.path
        guard path == "/live" || path == "/ready" else { return nil }
        guard request.method == .get || request.method == .head else {
            return HTTPResponse(status: 405, headers: ["Allow": "GET, HEAD"])
        }
        if path == "/live" { return Self.page(200, "ok") }
        if let obstacle = state.obstacle { return Self.page(503, obstacle) }
        return await databaseAnswers() ? Self.page(200, "ok") : Self.page(503, "database_unavailable")
    }

    private func databaseAnswers() async -> Bool {
        if let lastLook, lastLook.at.duration(to: .now) < Self.freshness { return lastLook.succeeded }
        let succeeded: Bool
        do {
            try await database.execute("SELECT 1")
            succeeded = true
        } catch {
            succeeded = false
        }
        lastLook = (.now, succeeded)
        return succeeded
    }

    static func page(_ status: Int, _ word: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            ],
            body: .bytes(Array("{\"status\":\"\(word)\"}".utf8)))
    }
}
