import Auth
import Models
import Postgres
import Web

/// What people make of a call, over HTTP.
struct ScorecardRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Scorecards> {
        let call = try await call(path.id, context)
        return OK(
            CallsAPI.Scorecards(
                data: try await store(context).list(of: path.id, in: context.tenant),
                analysisScore: call.analysis?.qualityScore))
    }

    func put(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.PutScorecard>
    ) async throws -> OK<CallsAPI.Scorecard> {
        let (call, person) = (try await call(path.id, context), try context.user.userID)
        guard call.agentID != person else { throw Failure(.forbidden, "Nobody scores their own calls.") }
        let keys = body.value.categories.map(\.key)
        guard Set(keys).count == keys.count else {
            throw Failure.invalid("/categories", "duplicate", "Each key once expected.")
        }
        let card = try await store(context).put(body.value, on: path.id, by: person, in: context.tenant)
        guard let card else { throw Failure(.notFound) }
        return OK(card, version: card.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<CallID>) async throws -> NoContent {
        _ = try await call(path.id, context)
        guard try await store(context).delete(on: path.id, by: context.user.userID, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return NoContent()
    }

    private func store(_ context: RequestContext) -> ScorecardStore {
        ScorecardStore(rows: context.database(database))
    }

    private func call(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let call = try await CallStore(database: database).find(id, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        return call
    }
}
