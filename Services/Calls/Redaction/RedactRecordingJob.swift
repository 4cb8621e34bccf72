import BlobStore
import HTTPClient
import IO
import Jobs
import Models
import Postgres

/// Has copies of a call's recordings made in which the redacted stretches are silent.
struct RedactRecordingJob: Job {
    static let kind = "redact_recording"
    /// One at a time of a tenant: two copies of one recording must not cross.
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 2, perTenant: 1, timeout: .seconds(2 * 3_600),
        backoff: JobBackoff(first: .seconds(5)))

    var callID: CallID
    /// Whether the recording is written down once its pauses are out of it.
    var transcribing: Bool?

    static func enqueue(
        _ call: CallID, _ recording: RecordingID, transcribing: Bool = false, in transaction: Transaction
    ) async throws {
        try await JobQueue(transaction).enqueue(
            RedactRecordingJob(callID: call, transcribing: transcribing ? true : nil), about: recording)
    }
}

/// Makes silenced copies and smaller recordings, by child processes.
struct RecordingWorkshop: Sendable {
    let recordings: RecordingStore
    let redactions: RedactionStore
    let blobs: any BlobStore
    let recode: RecodeProcess
    let slots: ChildSlots
    let workFolder: String

    /// Takes pauses out of the recording and has it written down if that waited for it, then makes the silenced copy.
    func redact(_ job: RedactRecordingJob, in tenant: TenantID, loop: EventLoop) async throws {
        try await removePauses(of: job.callID, in: tenant, loop: loop)
        if job.transcribing == true { try await recordings.startTranscribing(job.callID, in: tenant) }
        try await redact(job.callID, in: tenant, loop: loop)
    }

    /// Writes the stored bytes anew without what was said while the recording was paused: nothing of that is kept.
    private func removePauses(of call: CallID, in tenant: TenantID, loop: EventLoop) async throws {
        let files = try await recordings.list(of: call, in: tenant)
        for file in files where file.holdsPauses {
            let pauses = try await redactions.pauses(of: call, in: tenant)
            try await remove(files.count == 1 ? pauses : file.own(pauses), from: file, in: tenant, loop: loop)
        }
    }

    private func remove(
        _ pauses: [SilentSpan], from recording: Recording, in tenant: TenantID, loop: EventLoop
    ) async throws {
        let key = BlobKey(tenant: tenant, recording: recording.id, .compact)
        if recording.blobKey != key.description {
            let stored = try await copy(recording, to: key, silent: pauses, loop: loop)
            guard try await recordings.replace(recording, by: key, stored, in: tenant) else { return }
        }
        // A process that dies here finds this to be done again.
        try await blobs.delete(BlobKey(tenant: tenant, recording: recording.id, .original))
        try await recordings.forgetPauses(of: recording.id, in: tenant)
    }

    /// Shows at a call that it does not go on because the pauses cannot be taken out of its recording.
    func noteFailure(_ failure: JobFailure?, of call: CallID, in tenant: TenantID) async throws {
        guard try await recordings.list(of: call, in: tenant).contains(where: \.holdsPauses) else { return }
        _ = try await PipelineStore(database: recordings.database).noteFailure(
            call, code: failure?.code ?? "internal", detail: failure?.detail ?? "Something went wrong.", isFinal: true,
            in: tenant)
    }

    /// Makes the silenced copies that are wanted now; until then nothing of the recordings is played.
    func redact(_ call: CallID, in tenant: TenantID, loop: EventLoop) async throws {
        try await removePauses(of: call, in: tenant, loop: loop)
        let files = try await recordings.list(of: call, in: tenant)
        for file in files where file.redaction.isPending {
            let spans = try await redactions.spans(of: call, in: tenant)
            try await silence(files.count == 1 ? spans : file.own(spans), in: file, of: tenant, loop: loop)
        }
    }

    private func silence(
        _ spans: [SilentSpan], in recording: Recording, of tenant: TenantID, loop: EventLoop
    ) async throws {
        let key = BlobKey(tenant: tenant, recording: recording.id, .redacted)
        let version = recording.redaction.wanted
        guard !spans.isEmpty else {
            if try await redactions.finishCopy(
                of: recording.id, version: version, bytes: nil, sha256: nil, in: tenant)
            {
                try await blobs.delete(key)
            }
            return
        }
        let stored = try await copy(recording, to: key, silent: spans, loop: loop)
        _ = try await redactions.finishCopy(
            of: recording.id, version: version, bytes: stored.size, sha256: stored.sha256, in: tenant)
    }

    /// Keeps a recording in Opus, if that takes less space; false when it does not.
    func compact(_ recording: Recording, in tenant: TenantID, loop: EventLoop) async throws -> Bool {
        let key = BlobKey(tenant: tenant, recording: recording.id, .compact)
        let stored = try await copy(recording, to: key, silent: [], loop: loop)
        guard stored.size < recording.bytes else {
            try await recordings.keepAsIs(recording.id, in: tenant)
            try await blobs.delete(key)
            return false
        }
        // The row names the new bytes before the old ones go: a crash between leaves both.
        guard try await recordings.replace(recording, by: key, stored, in: tenant) else {
            try await blobs.delete(key)
            return false
        }
        if let former = BlobKey(recording.blobKey) { try await blobs.delete(former) }
        return true
    }

    private func copy(
        _ recording: Recording, to key: BlobKey, silent spans: [SilentSpan], loop: EventLoop
    ) async throws -> StoredBlob {
        guard let original = BlobKey(recording.blobKey), let content = try await blobs.get(original, range: nil) else {
            throw EngineError("recording_missing", "The stored recording is not there.")
        }
        try await blobs.checkRoom(for: recording.bytes)
        return try await WorkFolder.with(below: workFolder) { folder in
            let (file, made) = (folder.file("recording"), folder.file("recoded"))
            try await folder.write(to: file) { try await content.source.next() }
            _ = try await slots.use { try await recode.run(loop: loop, recording: file, into: made, silent: spans) }
            let source = try await OpenedFile.open(made)
            return try await blobs.put(key, source)
        }
    }
}
