import Auth
import JSON
import Models
import Postgres
import Web

/// Corrections over HTTP: of words, of speakers, of legs.
struct CorrectionRoutes: Sendable {
    private let calls: CallStore
    private let results: ResultStore
    private let recordings: RecordingStore
    private let corrections: CorrectionStore

    init(database: Database) {
        calls = CallStore(database: database)
        results = ResultStore(database: database)
        recordings = RecordingStore(database: database)
        corrections = CorrectionStore(database: database)
    }

    func correct(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.CorrectTranscript>
    ) async throws -> OK<CallsAPI.Call> {
        let call = try await find(path.id, context)
        guard let current = try await results.transcript(of: call.id, in: context.tenant) else {
            throw Failure(.notFound, "The call has no transcript.")
        }
        guard current.version == body.value.version else {
            throw Failure(.conflict, "The transcript is of version \(current.version) now.")
        }
        var edited = try TranscriptEdit(transcript: current.transcript).correcting(body.value.segments)
        // Nobody writes a card's number into a transcript either.
        if context.settings[Settings.redactsCardNumbers] { edited = CardNumberRules.redact(edited).transcript }
        let kept = try await corrections.correct(
            call.id, edited, version: current.version, by: context.principal?.user?.userID,
            analyse: body.value.analyse ?? false, reach: context.reach, in: context.tenant)
        guard let kept else { throw Failure(.conflict, "Something works on the call; try again later.") }
        return OK(try await whole(kept, context), version: kept.version)
    }

    /// Swaps legs, or says which one is the agent's.
    func updateRecording(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: Body<CallsAPI.UpdateRecording>
    ) async throws -> OK<CallsAPI.Call> {
        let call = try await find(path.id, context)
        let found = try await results.results(of: call.id, in: context.tenant)
            .showing(context.settings.analysisFeatures)
        guard let recording = found.recording else { throw Failure(.notFound, "The call has no recording.") }
        guard body.value.agentChannel.isPresent else { return OK(call.wire(found), version: call.version) }
        let channel = body.value.agentChannel.value
        if let channel, channel >= recording.channels {
            throw Failure.invalid("/agent_channel", "out_of_range", "the recording has no such channel")
        }
        let agent = channel ?? call.direction.agentChannel
        let kept = try await corrections.setAgentChannel(
            channel, of: call,
            found.transcript.map { ($0.version, TranscriptEdit(transcript: $0.transcript).speaking(agentOn: agent)) },
            by: context.principal?.user?.userID, analyse: body.value.analyse ?? false, reach: context.reach,
            in: context.tenant)
        guard let kept else { throw Failure(.conflict, "Something works on the call; try again later.") }
        return OK(try await whole(kept, context), version: kept.version)
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        let call = try await calls.find(id, reach: context.reach, in: context.tenant)
        guard let call else { throw Failure(.notFound) }
        guard call.deletedAt == nil else { throw Failure(.conflict, "The call is in the bin.") }
        return call
    }

    private func whole(_ call: Call, _ context: RequestContext) async throws -> CallsAPI.Call {
        call.wire(
            try await results.results(of: call.id, in: context.tenant).showing(context.settings.analysisFeatures))
    }
}
