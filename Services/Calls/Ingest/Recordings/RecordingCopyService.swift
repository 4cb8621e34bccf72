import BlobStore
import Crypto
import HTTP
import HTTPClient
import IO
import Jobs
import Models
import Postgres
import Telemetry

/// Copies recordings out of providers into the blob store: streamed, hashed on the way, the row after the bytes.
struct RecordingCopy: Sendable {
    /// How long a copy waits for room on the disk, and at least after a provider asked for patience.
    private static let pause = Duration.seconds(300)
    private static let longestPause = Duration.seconds(6 * 3_600)

    let database: Database
    let blobs: any BlobStore
    let probe: ProbeProcess
    let slots: ChildSlots
    let seat: IngestSeat
    let knowledge: any TenantKnowledge
    let loop: EventLoop
    let logger: Logger

    private var store: RecordingCopyStore { RecordingCopyStore(database: database) }

    /// Does nothing for a call that wants no recording any more.
    func run(_ run: JobRun, _ call: CallID) async throws {
        guard let wanted = try await store.wanted(call, in: run.tenant) else { return }
        let settings = knowledge.effectiveSettings(of: run.tenant)
        guard settings[Settings.recordingPolicy] != .never else {
            return try await store.end(
                call, "recording_not_wanted", "Recordings are not taken in.",
                writesDown: settings[Settings.transcribesCalls], in: run.tenant)
        }
        do {
            try await store.begin(call, attempt: run.attempt, in: run.tenant)
            let isUsual = settings[Settings.transcribesCalls] && wanted.wantsTranscript
            try await copy(wanted, isUsual ? .usual : .whenAsked, run)
        } catch {
            guard !Task.isCancelled else { throw CancellationError() }
            try await settle(error, wanted, run)
        }
    }

    private func copy(
        _ wanted: RecordingCopyStore.Wanted, _ transcription: RecordingStore.Transcription, _ run: JobRun
    ) async throws {
        let connection = try await seat.connections.connection(wanted.connection, in: run.tenant)
        guard let provider = seat.providers[connection.provider] else {
            throw ProviderError(.missing, "The connection's provider is not known here.")
        }
        var (isStored, fault): (Bool, ProviderError?) = (wanted.hasOthers, nil)
        for reference in wanted.references {
            do {
                try await copy(reference, of: wanted, connection, provider, run)
                isStored = true
            } catch let error as ProviderError where !error.isRetryable || isStored && run.isLastAttempt {
                // What is not to be had keeps no other file from being heard.
                fault = fault ?? error
            }
        }
        if let fault, !isStored || fault.kind == .awaited { throw fault }
        try await RecordingStore(database: database).writeDown(wanted.call, transcription, in: run.tenant)
        if let fault { return try await note(fault, wanted, run) }
        try await database.tenant(run.tenant).transaction { transaction in
            try await ConnectionStateStore(rows: transaction, tenant: run.tenant).noteSuccess(
                at: .now(), hook: nil, of: connection, in: transaction)
        }
    }

    private func copy(
        _ reference: RecordingReference, of wanted: RecordingCopyStore.Wanted, _ connection: InternalAPI.Connection,
        _ provider: any CallProvider, _ run: JobRun
    ) async throws {
        let stream = try await provider.open(reference, connection, seat.client)
        let length = stream.headers["content-length"].flatMap(Int64.init)
        try await blobs.checkRoom(for: length ?? 0)
        let id = RecordingID.make()
        let key = BlobKey(tenant: run.tenant, recording: id, .original)
        let (body, probe, slots, blobs, loop) = (stream.body, probe, slots, blobs, loop)
        let upload = ProbedUpload(
            length: length, pull: { try await body.next() },
            look: { head in try await slots.use { try await probe.run(head, loop: loop) } },
            checkRoom: { try await blobs.checkRoom(for: 0) })
        let stored = try await blobs.put(key, upload)
        do {
            guard let found = upload.probe else { throw Failure(.unsupportedAudio) }
            let told = reference.agentChannel ?? (wanted.isSteeredOut ? 1 : nil)
            let agentChannel = told.flatMap { $0 < found.channels ? $0 : nil }
            var recording = Recording(
                id: id, callID: wanted.call, blobKey: key.description, contentType: found.contentType,
                bytes: stored.size, sha256: stored.sha256,
                durationSeconds: found.durationSeconds(bytes: stored.size, seen: upload.seen),
                channels: found.channels, agentChannel: agentChannel, createdAt: .now())
            (recording.originDigest, recording.startedAt) = (reference.digest, reference.startedAt)
            let store = RecordingStore(database: database)
            // Written down once all files are here.
            let isKept =
                try await store.create(recording, .whenAsked, in: run.tenant) != nil
                ? true : try await store.append(recording, in: run.tenant)
            if !isKept { try await blobs.delete(key) }
        } catch let error as PostgresError where error.isOutcomeUnknown {
            // The row may be there and name these bytes; if it is not, the nightly sweep takes them.
            throw error
        } catch {
            try await blobs.delete(key)
            throw error
        }
    }

    /// Shows at the call what went wrong, and says when to come back.
    private func settle(_ error: any Error, _ wanted: RecordingCopyStore.Wanted, _ run: JobRun) async throws {
        switch error {
        case let error as ProviderError where error.kind == .limited:
            // Asked to be patient: that is no failure of ours, and counts as no attempt.
            let pause = min(max(error.retryAfter ?? Self.pause, .seconds(1)), Self.longestPause)
            try await store.wait(wanted.call, "provider_limited", error.detail, pause: pause, in: run.tenant)
        case let error as ProviderError where error.kind == .awaited:
            try await store.wait(
                wanted.call, "recording_awaited", error.detail, pause: Self.longestPause, in: run.tenant)
        case let failure as Failure where failure.code == .insufficientStorage:
            try await store.wait(
                wanted.call, failure.code.rawValue, "Waiting for room on the disk.", pause: Self.pause, in: run.tenant)
        case let error as ProviderError:
            let isFinal = !error.isRetryable || run.isLastAttempt
            try await fail(wanted, "provider_\(error.kind.rawValue)", error.detail, isFinal: isFinal, run)
            try await note(error, wanted, run)
            throw JobFailure(
                "provider_\(error.kind.rawValue)", error.detail, isFinal: isFinal, retryAfter: error.retryAfter)
        case let failure as Failure where failure.code == .unsupportedAudio || failure.code == .notFound:
            let code = failure.code == .notFound ? "connection_gone" : failure.code.rawValue
            try await fail(wanted, code, failure.detail, isFinal: true, run)
            throw JobFailure(code, failure.detail, isFinal: true)
        default:
            let known = error as? OutboundHTTPError
            let detail = known?.description ?? "The recording could not be copied."
            try await fail(wanted, "recording_interrupted", detail, isFinal: run.isLastAttempt, run)
            if known == nil { logger.warning("A recording was not copied", [.error("error", error)]) }
            throw JobFailure("recording_interrupted", detail, isFinal: run.isLastAttempt)
        }
    }

    private func fail(
        _ wanted: RecordingCopyStore.Wanted, _ code: String, _ detail: String, isFinal: Bool, _ run: JobRun
    ) async throws {
        if isFinal {
            let settings = knowledge.effectiveSettings(of: run.tenant)
            try await store.end(
                wanted.call, code, detail, writesDown: settings[Settings.transcribesCalls], in: run.tenant)
        } else {
            try await store.note(wanted.call, code, detail, in: run.tenant)
        }
    }

    private func note(_ error: ProviderError, _ wanted: RecordingCopyStore.Wanted, _ run: JobRun) async throws {
        let connection = try await seat.connections.connection(wanted.connection, in: run.tenant)
        try await database.tenant(run.tenant).transaction { transaction in
            try await ConnectionStateStore(rows: transaction, tenant: run.tenant).noteError(
                error.kind.rawValue, error.detail, of: connection, in: transaction)
        }
    }
}
