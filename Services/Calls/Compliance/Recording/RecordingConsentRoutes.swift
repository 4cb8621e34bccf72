import Models
import Postgres
import Web

/// The proof of what let a call be recorded, over HTTP.
struct RecordingConsentRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext, _ path: PathID<CallID>) async throws -> OK<CallsAPI.RecordingProof> {
        _ = try await call(path.id, context)
        let found = try await RecordingConsentStore.find(
            of: path.id, in: context.tenant, context.database(database))
        guard let found else { throw Failure(.notFound) }
        return OK(found)
    }

    func put(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.SetRecordingProof>
    ) async throws -> OK<CallsAPI.RecordingProof> {
        let call = try await call(path.id, context)
        let asked = body.value
        if let givenAt = asked.givenAt, givenAt > .now() + .seconds(60) {
            throw Failure.invalid("/given_at", "out_of_range", "It lies in the future.")
        }
        let rows = context.database(database)
        let wanted = try await RecordingConsents.policy(
            with: call.direction == .outbound ? call.to.number : call.from.number,
            setting: context.knowledge.effectiveSettings(of: context.tenant)[Settings.recordingPolicy],
            country: context.country, in: context.tenant, rows)
        let proof = CallsAPI.RecordingProof(
            policy: wanted.policy, regions: wanted.regions, method: asked.method, given: asked.given, key: asked.key,
            reference: asked.reference, givenAt: asked.givenAt ?? .now())
        try await RecordingConsentStore.put(proof, of: call.id, in: context.tenant, rows)
        guard let kept = try await RecordingConsentStore.find(of: call.id, in: context.tenant, rows) else {
            throw Failure(.notFound)
        }
        return OK(kept)
    }

    private func call(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let found = try await CallStore(database: database).find(id, reach: context.reach, in: context.tenant)
        guard let found, found.deletedAt == nil else { throw Failure(.notFound) }
        return found
    }
}
