import BlobStore
import Crypto
import IO
import Models
import Postgres
import Telemetry
import Web

/// Takes in the recording of a call over HTTP: first the bytes, then the row that names them, then the answer.
///
/// A crash or a lost client between the two leaves bytes that no row names; the nightly sweep removes them.
struct RecordingUploadRoutes: Sendable {
    /// The query of an upload.
    struct UploadQuery: Codable, Sendable {
        /// The channel that carries the agent: 0 or 1; else it follows from the direction.
        var agentChannel: Int?
        /// Transcribe an imported call too, and any call of a tenant that has it done when it is asked for.
        var transcribe: Bool?
    }

    /// What the caller says of the recording.
    struct Options: Sendable {
        var agentChannel: Int?
        var transcription: RecordingStore.Transcription
    }

    private let calls: CallStore
    private let recordings: RecordingStore
    private let results: ResultStore
    private let blobs: any BlobStore
    private let probe: ProbeProcess
    /// How many beginnings are looked at at once.
    private let slots: ChildSlots

    init(database: Database, blobs: any BlobStore, probe: ProbeProcess, slots: ChildSlots) {
        calls = CallStore(database: database)
        recordings = RecordingStore(database: database)
        results = ResultStore(database: database)
        self.blobs = blobs
        self.probe = probe
        self.slots = slots
    }

    func upload(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<UploadQuery>, _ body: RawBody
    ) async throws -> Accepted<CallsAPI.Call> {
        if let channel = query.value.agentChannel, !(0...1).contains(channel) {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/agent_channel", code: "out_of_range", detail: "0 or 1 expected")])
        }
        let settings = context.settings
        guard settings[Settings.recordingPolicy] != .never else {
            throw Failure(.forbidden, "The setting recording_policy is never: recordings are not taken in.")
        }
        guard let call = try await calls.find(path.id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        let options = Options(
            agentChannel: query.value.agentChannel,
            transcription: query.value.transcribe ?? false
                ? .asked : settings[Settings.transcribesCalls] ? .usual : .whenAsked)
        let taken = try await take(body, for: call, options, context)
        return Accepted(
            taken.wire(try await results.results(of: taken.id, in: context.tenant)), version: taken.version)
    }

    /// Stores the bytes and gives the call; bytes that the call has already change nothing.
    private func take(
        _ body: RawBody, for call: Call, _ options: Options, _ context: RequestContext
    ) async throws -> Call {
        guard call.deletedAt == nil else { throw Failure(.conflict, "The call is in the bin.") }
        if let present = try await recordings.find(of: call.id, in: context.tenant) {
            try await compare(body, with: present)
            return call
        }
        try await blobs.checkRoom(for: body.declaredLength ?? 0)
        let id = RecordingID.make()
        let key = BlobKey(tenant: context.tenant, recording: id, .original)
        let upload = upload(of: body, context.loop)
        let stored = try await blobs.put(key, upload)
        do {
            let recording = try recording(id, of: call, key, upload, stored, options)
            let moved = try await recordings.create(
                recording, options.transcription, in: context.tenant)
            if let moved { return moved }
        } catch let error as PostgresError where error.isOutcomeUnknown {
            // The row may be there and name these bytes; if it is not, the nightly sweep takes them.
            throw error
        } catch {
            await discard(key, context)
            throw error
        }
        // Somebody else was quicker, or the call went to the bin meanwhile.
        await discard(key, context)
        guard let present = try await recordings.find(of: call.id, in: context.tenant) else {
            throw Failure(.conflict, "The call is in the bin.")
        }
        guard present.sha256 == stored.sha256 else { throw Failure(.recordingExists) }
        return call
    }

    private func upload(of body: RawBody, _ loop: EventLoop) -> ProbedUpload {
        let (probe, slots, blobs) = (probe, slots, blobs)
        return ProbedUpload(
            length: body.declaredLength, pull: { try await body.next() },
            look: { head in try await slots.use { try await probe.run(head, loop: loop) } },
            checkRoom: { try await blobs.checkRoom(for: 0) })
    }

    /// Reads the bytes through and keeps none of them.
    private func compare(_ body: RawBody, with present: Recording) async throws {
        let digest = SHA256()
        var size: Int64 = 0
        while let piece = try await body.next() {
            size += Int64(piece.count)
            guard size <= present.bytes else { throw Failure(.recordingExists) }
            digest.update(piece)
        }
        guard size == present.bytes, digest.finish() == present.sha256 else { throw Failure(.recordingExists) }
    }

    private func recording(
        _ id: RecordingID, of call: Call, _ key: BlobKey, _ upload: ProbedUpload, _ stored: StoredBlob,
        _ options: Options
    ) throws -> Recording {
        guard let found = upload.probe else { throw Failure(.unsupportedAudio) }
        if let channel = options.agentChannel, channel >= found.channels {
            throw Failure(
                .invalidQuery,
                errors: [
                    FieldError(
                        pointer: "query/agent_channel", code: "out_of_range",
                        detail: "The recording has no such channel.")
                ])
        }
        return Recording(
            id: id, callID: call.id, blobKey: key.description, contentType: found.contentType, bytes: stored.size,
            sha256: stored.sha256, durationSeconds: found.durationSeconds(bytes: stored.size, seen: upload.seen),
            channels: found.channels, agentChannel: options.agentChannel, createdAt: .now())
    }

    private func discard(_ key: BlobKey, _ context: RequestContext) async {
        do {
            try await blobs.delete(key)
        } catch {
            context.logger.warning("Bytes left to the nightly sweep", [.error("error", error)])
        }
    }
}
