import BlobStore
import HTTPClient
import IO
import Jobs
import Models
import Postgres

/// Has a copy of a recording made in which the redacted stretches are silent.
struct RedactRecordingJob: Job {
    static let kind = "redact_recording"
    /// One at a time of a tenant: two copies of one recording must not cross.
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 2, perTenant: 1, timeout: .seconds(2 * 3_600),
        backoff: JobBackoff(first: .seconds(5)))

    var callID: CallID

    static func enqueue(_ call: CallID, _ recording: RecordingID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(RedactRecordingJob(callID: call), about: recording)
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

    /// Makes the silenced copy that is wanted now; until then nothing of the recording is played.
    func redact(_ call: CallID, in tenant: TenantID, loop: EventLoop) async throws {
        guard let recording = try await recordings.find(of: call, in: tenant), recording.redaction.isPending else {
            return
        }
        let key = BlobKey(tenant: tenant, recording: recording.id, .redacted)
        let spans = try await redactions.spans(of: call, in: tenant)
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
