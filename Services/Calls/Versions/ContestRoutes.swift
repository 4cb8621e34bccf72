import Auth
import Models
import Postgres
import Web

/// Contests of scores over HTTP.
struct ContestRoutes: Sendable {
    private let calls: CallStore
    private let results: ResultStore
    private let contests: ContestStore

    init(database: Database) {
        calls = CallStore(database: database)
        results = ResultStore(database: database)
        contests = ContestStore(database: database)
    }

    func list(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.Contests> {
        let call = try await find(path.id, context)
        return OK(CallsAPI.Contests(data: try await contests.list(of: call.id, in: context.tenant)))
    }

    /// Whoever the score is about contests it.
    func create(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CreateContest>
    ) async throws -> Created<CallsAPI.Contest> {
        let person = try context.user.userID
        let call = try await find(path.id, context)
        guard call.agentID == person else { throw Failure(.forbidden, "The call's own agent contests its score.") }
        let found = try await results.results(of: call.id, in: context.tenant)
            .showing(context.settings.analysisFeatures)
        guard let analysis = found.analysis, let quality = analysis.analysis.quality else {
            throw Failure(.conflict, "The call has no score.")
        }
        if let category = body.value.category, !quality.categories.contains(where: { $0.key == category }) {
            throw Failure.invalid("/category", "not_found", "the score has no such line")
        }
        let made = try await contests.create(
            body.value, of: call.id, analysis: analysis.version, by: person, in: context.tenant)
        guard let made else { throw Failure(.conflict, "A contest of this is open already.") }
        return Created(made, at: "/api/v1/calls/\(call.id)/contests", version: made.version)
    }

    func answer(
        _ context: RequestContext, _ path: PathID<ContestID>, _ match: IfMatch, _ body: Body<CallsAPI.AnswerContest>
    ) async throws -> OK<CallsAPI.Contest> {
        guard let contest = try await contests.find(path.id, in: context.tenant) else { throw Failure(.notFound) }
        _ = try await find(contest.callID, context)
        let person = context.principal?.user?.userID
        guard contest.contestedBy != person else {
            throw Failure(.forbidden, "Somebody else answers one's own contest.")
        }
        let answered = try await contests.answer(
            path.id, body.value.status, body.value.answer, by: person, version: match.version, in: context.tenant)
        guard let answered else { throw Failure(.preconditionFailed) }
        return OK(answered, version: answered.version)
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }
}
