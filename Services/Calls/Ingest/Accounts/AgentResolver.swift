import IO
import Models

/// Finds the tenant's people by what a provider knows of them; what it has learned it keeps for a minute.
///
/// Confined to its loop. Without an answer nobody is found, and the call is nobody's for now.
final class AgentResolver: @unchecked Sendable {
    /// Active people of a tenant.
    typealias Loading = @Sendable (TenantID) async throws -> [InternalAPI.Person]

    private struct Known {
        var emails: [String: UserID]
        var ids: Set<UserID>
        var until: ContinuousClock.Instant
    }

    private static let life = Duration.seconds(60)
    private static let most = 1_000

    private let load: Loading
    private var known: [TenantID: Known] = [:]

    init(_ load: @escaping Loading) { self.load = load }

    /// Nobody is known.
    static var nobody: AgentResolver { AgentResolver { _ in [] } }

    func user(_ hint: AgentHint, in tenant: TenantID) async -> UserID? {
        guard hint.userID != nil || hint.email != nil, let known = await people(of: tenant) else { return nil }
        if let id = hint.userID, known.ids.contains(id) { return id }
        return hint.email.flatMap { known.emails[$0.lowercased()] }
    }

    private func people(of tenant: TenantID) async -> Known? {
        if let found = known[tenant], found.until > .now { return found }
        do {
            let people = try await load(tenant)
            let found = Known(
                emails: Dictionary(people.map { ($0.email.normalised, $0.id) }) { first, _ in first },
                ids: Set(people.map(\.id)), until: .now + Self.life)
            if known.count >= Self.most { known = [:] }
            known[tenant] = found
            return found
        } catch {
            return known[tenant]
        }
    }
}
