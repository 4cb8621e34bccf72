import BlobStore
import Crypto
import IO
import Models
import Telemetry
import Web

/// Takes in the recording of a call: first the bytes, then the row that names them, then the answer.
///
/// A crash or a lost client between the two leaves bytes that no row names; the nightly sweep removes them.
struct RecordingIntake: Sendable {
    /// What the caller says of the recording.
    struct Options: Sendable {
        var agentChannel: Int?
        var isTranscribed: Bool
    }

    let recordings: RecordingStore
    let blobs: any BlobStore
    let probe: ProbeProcess
    /// How many beginnings are looked at at once.
    let slots: ChildSlots

    /// Stores the bytes and gives the call; bytes that the call has already change nothing.
    func take(
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
                recording, isTranscribed: options.isTranscribed, in: context.tenant)
            if let moved { return moved }
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
