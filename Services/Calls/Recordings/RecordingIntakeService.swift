import BlobStore
import Crypto
import IO
import Models
import Postgres
import Telemetry

/// Takes in the recording of a call, wherever its bytes come from: first the bytes, then the row that names them.
///
/// A crash between the two leaves bytes that no row names; the nightly sweep removes them.
struct RecordingIntake: Sendable {
    /// What is said of the recording.
    struct Options: Sendable {
        var agentChannel: Int?
        var transcription: RecordingStore.Transcription
        /// Which of the files that its provider names it is; nil for the call's only one.
        var origin: RecordingReference?
    }

    /// Bytes on their way in.
    struct Incoming {
        /// Nil where that is not known.
        var length: Int64?
        var next: () async throws -> [UInt8]?
    }

    let recordings: RecordingStore
    let blobs: any BlobStore
    let probe: ProbeProcess
    /// How many beginnings are looked at at once.
    let slots: ChildSlots

    /// Stores the bytes and gives the call; bytes that the call has already change nothing, others are refused.
    func take(
        _ incoming: Incoming, for call: Call, _ options: Options, in tenant: TenantID, loop: EventLoop, logger: Logger
    ) async throws -> Call {
        guard call.deletedAt == nil else { throw Failure(.conflict, "The call is in the bin.") }
        let files = try await recordings.list(of: call.id, in: tenant)
        if let present = Self.place(of: options.origin, among: files) {
            try await compare(incoming, with: present.handedIn)
            return call
        }
        try await blobs.checkRoom(for: incoming.length ?? 0)
        let id = RecordingID.make()
        let key = BlobKey(tenant: tenant, recording: id, .original)
        let upload = upload(of: incoming, loop)
        let stored = try await blobs.put(key, upload)
        do {
            let recording = try recording(id, of: call, key, upload, stored, options)
            if files.isEmpty {
                if let moved = try await recordings.create(recording, options.transcription, in: tenant) {
                    return moved
                }
            } else if try await recordings.append(recording, in: tenant) {
                try await recordings.writeDown(call.id, options.transcription, in: tenant)
                return call
            }
        } catch let error as PostgresError where error.isOutcomeUnknown {
            // The row may be there and name these bytes; if it is not, the nightly sweep takes them.
            throw error
        } catch {
            await discard(key, logger)
            throw error
        }
        // Somebody else was quicker, or the call went to the bin meanwhile.
        await discard(key, logger)
        let present = Self.place(of: options.origin, among: try await recordings.list(of: call.id, in: tenant))
        guard let present else { throw Failure(.conflict, "The call is in the bin.") }
        guard present.handedIn.sha256 == stored.sha256 else { throw Failure(.recordingExists) }
        return call
    }

    /// The file that is meant; nil for one that the call has not, which joins those of its provider alone.
    private static func place(of origin: RecordingReference?, among files: [Recording]) -> Recording? {
        guard let digest = origin?.digest, files.allSatisfy({ $0.originDigest != nil }) else { return files.first }
        return files.first { $0.originDigest == digest }
    }

    private func upload(of incoming: Incoming, _ loop: EventLoop) -> ProbedUpload {
        let (probe, slots, blobs) = (probe, slots, blobs)
        return ProbedUpload(
            length: incoming.length, pull: incoming.next,
            look: { head in try await slots.use { try await probe.run(head, loop: loop) } },
            checkRoom: { try await blobs.checkRoom(for: 0) })
    }

    /// Reads the bytes through and keeps none of them.
    private func compare(_ incoming: Incoming, with present: Recording.Content) async throws {
        let digest = SHA256()
        var size: Int64 = 0
        while let piece = try await incoming.next() {
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
        var recording = Recording(
            id: id, callID: call.id, blobKey: key.description, contentType: found.contentType, bytes: stored.size,
            sha256: stored.sha256, durationSeconds: found.durationSeconds(bytes: stored.size, seen: upload.seen),
            channels: found.channels, agentChannel: options.agentChannel, createdAt: .now())
        (recording.originDigest, recording.startedAt) = (options.origin?.digest, options.origin?.startedAt)
        return recording
    }

    private func discard(_ key: BlobKey, _ logger: Logger) async {
        do {
            try await blobs.delete(key)
        } catch {
            logger.warning("Bytes left to the nightly sweep", [.error("error", error)])
        }
    }
}
