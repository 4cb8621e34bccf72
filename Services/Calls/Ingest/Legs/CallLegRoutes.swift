import Models
import Postgres
import Web

/// The attempts of which a call consists.
struct CallLegRoutes: Sendable {
    let database: Database

    /// None for a call that came in one piece.
    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.CallLegs> {
        guard
            try await CallStore(database: database).find(path.id, reach: context.reach, in: context.tenant) != nil
        else { throw Failure(.notFound) }
        let account = try await CallLegStore(database: database).account(of: path.id, in: context.tenant)
        let country = context.country
        return OK(CallsAPI.CallLegs(data: (account?.orderedLegs ?? []).map { $0.wire(country) }))
    }
}

extension CallLeg {
    fileprivate func wire(_ country: String) -> CallsAPI.CallLeg {
        func party(_ text: String?) -> CallsAPI.Party? {
            text.map { Party(reading: String($0.prefix(200)), country: country).wire }
        }
        return CallsAPI.CallLeg(
            id: id, from: party(from), to: party(to), status: status, startedAt: startedAt, answeredAt: answeredAt,
            endedAt: endedAt, extension: agent?.extension)
    }
}
