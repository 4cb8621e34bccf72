import BlobStore
import Glibc
import HTTPClient
import IO
import JSON
import Jobs
import Models
import Postgres

/// Has a recording written down.
struct TranscribeCallJob: Job {
    static let kind = "transcribe_call"
    /// A day's conference takes hours; each attempt begins anew.
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 4, perTenant: 2, timeout: .seconds(5 * 3_600),
        backoff: JobBackoff(first: .seconds(10)))

    var callID: CallID
    /// The tenant's own where nothing was asked for.
    var engine: EngineChoice?
    /// The call's own where nothing was asked for.
    var language: String?

    static func enqueue(
        _ id: CallID, engine: EngineChoice? = nil, language: String? = nil, in transaction: Transaction
    ) async throws {
        try await JobQueue(transaction).enqueue(
            TranscribeCallJob(callID: id, engine: engine, language: language), about: id)
    }
}

/// Writes down what was said in the recordings of one call: fetched, decoded, recognised one after another, stored as one.
///
/// Decoding and local recognition are child processes; `slots` bounds them for the whole process.
struct CallTranscription: Sendable {
    let pipeline: PipelineStore
    let recordings: RecordingStore
    let blobs: any BlobStore
    let engines: Engines
    let gate: StageGate
    let meter: UsageMeter
    let vocabularies: VocabularyStore
    let redactions: RedactionStore
    let decode: DecodeProcess
    /// For decoding, and for recognition where that is a child process too.
    let slots: ChildSlots
    /// Where recordings and their pieces lie while they are worked on.
    let workFolder: String

    /// Nil when the call is past its transcription or in the bin; throws `EngineError` for what the call's state shows,
    /// and `StageHeld` when the call is to wait.
    func run(_ job: TranscribeCallJob, in tenant: TenantID, loop: EventLoop) async throws -> Call? {
        let transcriber = engines.transcriber(job.engine ?? gate.choice(.transcription, of: tenant))
        try await gate.check(.transcription, by: transcriber.engine, in: tenant)
        guard let call = try await pipeline.startTranscribing(job.callID, in: tenant) else { return nil }
        let files = try await recordings.list(of: job.callID, in: tenant)
        guard !files.isEmpty else { return nil }
        if files.contains(where: \.holdsPauses) {
            try await redactions.wantCopy(of: call.id, in: tenant)
            throw EngineError.pausesHeld
        }
        let begun = ContinuousClock.now
        let transcript = try await meter.run(
            call, .transcription, by: transcriber.engine, model: transcriber.model, in: tenant
        ) {
            var parts: [Transcript] = []
            for file in files {
                let part = try await WorkFolder.with(below: workFolder) { folder in
                    try await transcribe(
                        file, of: call, job, language: parts.first?.language, by: transcriber, in: folder, tenant, loop)
                }
                parts.append(part.shifted(by: file.offsetSeconds))
            }
            return try Transcript(joining: parts)
        }
        let usage = meter.usage(
            of: call, .transcription, by: transcript.engine, model: transcript.model, transcript.usage,
            isSuccess: true, since: begun)
        let (kept, found) = try await redacted(transcript, of: call, in: tenant)
        return try await pipeline.finishTranscribing(
            call.id, kept, words: WordCutter.distinctWords(in: kept.text), usage, redactions: found, in: tenant)
    }

    private func transcribe(
        _ recording: Recording, of call: Call, _ job: TranscribeCallJob, language known: String?,
        by transcriber: any Transcriber, in folder: WorkFolder, _ tenant: TenantID, _ loop: EventLoop
    ) async throws -> Transcript {
        guard let key = BlobKey(recording.blobKey), let content = try await blobs.get(key, range: nil) else {
            throw EngineError("recording_missing", "The stored recording is not there.")
        }
        let file = folder.file("recording")
        try await folder.write(to: file) { try await content.source.next() }
        let decoded = DecodedFolder(path: folder.file("pieces"))
        let manifest = try await slots.use { try await decode.run(loop: loop, recording: file, into: decoded) }
        try await recordings.measure(
            recording, durationSeconds: manifest.durationSeconds, channels: manifest.channels, in: tenant)
        try await storePeaks(of: recording, manifest, tenant)
        let request = TranscriptionRequest(
            folder: decoded, manifest: manifest,
            language: job.language ?? call.language ?? language(of: tenant) ?? known,
            agentChannel: recording.agentChannel ?? call.direction.agentChannel,
            vocabulary: try await vocabularies.find(in: tenant).terms)
        guard transcriber is LocalTranscriber else { return try await transcriber.transcribe(request) { _ in } }
        return try await slots.use { try await transcriber.transcribe(request) { _ in } }
    }

    /// Without what is silent already, and without the numbers of cards that were spoken, with where that was.
    private func redacted(
        _ transcript: Transcript, of call: Call, in tenant: TenantID
    ) async throws -> (Transcript, [SilentSpan]) {
        let known = try await redactions.spans(of: call.id, in: tenant)
        let settings = gate.knowledge?.effectiveSettings(of: tenant) ?? EffectiveSettings()
        guard settings[Settings.redactsCardNumbers] else { return (transcript.silenced(in: known), []) }
        return CardNumberRules.redact(transcript, silent: known)
    }

    /// Nil where the engine is to find out.
    private func language(of tenant: TenantID) -> String? {
        let chosen = gate.knowledge?.effectiveSettings(of: tenant).chosen(Settings.transcriptionLanguage)
        return chosen == "und" ? nil : chosen
    }

    private func storePeaks(of recording: Recording, _ manifest: DecodedManifest, _ tenant: TenantID) async throws {
        let key = BlobKey(tenant: tenant, recording: recording.id, .peaks)
        guard try await blobs.size(of: key) == nil else { return }
        let peaks = CallsAPI.Peaks(durationSeconds: manifest.durationSeconds, channels: manifest.peaks)
        _ = try await blobs.put(key, BytesSource(try JSON.encode(peaks)))
    }
}

extension CallDirection {
    /// Channel 0 carries the caller and 1 the called; the agent is at our end.
    var agentChannel: Int? {
        switch self {
        case .outbound: 0
        case .inbound: 1
        case .internal: nil
        }
    }
}

/// Bytes in memory, as a source for the blob store.
///
/// Read once, by the store, hence `@unchecked Sendable`.
final class BytesSource: ByteSource, @unchecked Sendable {
    private var bytes: [UInt8]?
    let length: Int64?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        length = Int64(bytes.count)
    }

    func next() async throws -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}
