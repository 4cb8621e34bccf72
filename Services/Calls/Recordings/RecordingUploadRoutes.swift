import BlobStore
import Models
import Postgres
import Web

/// Takes in the recording of a call over HTTP, in one piece; the answer comes once it is safe.
struct RecordingUploadRoutes: Sendable {
    /// The query of an upload.
    struct UploadQuery: Codable, Sendable {
        /// The channel that carries the agent: 0 or 1; else it follows from the direction.
        var agentChannel: Int?
        /// Transcribe an imported call too, and any call of a tenant that has it done when it is asked for.
        var transcribe: Bool?
    }

    private let calls: CallStore
    private let results: ResultStore
    private let intake: RecordingIntake

    init(database: Database, blobs: any BlobStore, probe: ProbeProcess, slots: ChildSlots) {
        calls = CallStore(database: database)
        results = ResultStore(database: database)
        intake = RecordingIntake(
            recordings: RecordingStore(database: database), blobs: blobs, probe: probe, slots: slots)
    }

    func upload(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<UploadQuery>, _ body: RawBody
    ) async throws -> Accepted<CallsAPI.Call> {
        try await upload(context, to: path.id, query.value, body)
    }

    /// The same for whoever found the call otherwise.
    func upload(
        _ context: RequestContext, to id: CallID, _ query: UploadQuery, as origin: RecordingReference? = nil,
        _ body: RawBody
    ) async throws -> Accepted<CallsAPI.Call> {
        if let channel = query.agentChannel, !(0...1).contains(channel) {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/agent_channel", code: "out_of_range", detail: "0 or 1 expected")])
        }
        let settings = context.settings
        guard settings[Settings.recordingPolicy] != .never else {
            throw Failure(.forbidden, "The setting recording_policy is never: recordings are not taken in.")
        }
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        let options = RecordingIntake.Options(
            agentChannel: query.agentChannel,
            transcription: query.transcribe ?? false
                ? .asked : settings.isTranscribed(call.direction) ? .usual : .whenAsked, origin: origin)
        let taken = try await intake.take(
            RecordingIntake.Incoming(length: body.declaredLength, next: { try await body.next() }), for: call, options,
            in: context.tenant, loop: context.loop, logger: context.logger)
        return Accepted(
            taken.wire(
                try await results.results(of: taken.id, in: context.tenant).showing(settings.analysisFeatures)),
            version: taken.version)
    }
}

extension EffectiveSettings {
    /// Whether recordings of calls that went this way are written down as they come in.
    func isTranscribed(_ direction: CallDirection) -> Bool {
        self[Settings.transcribesCalls] && (direction != .internal || self[Settings.recordsInternalCalls])
    }
}
