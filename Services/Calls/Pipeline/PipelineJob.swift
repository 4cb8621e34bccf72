import BlobStore
import Jobs
import Models
import Postgres

/// Runs the pipeline's jobs and shows every failure in the state of its call.
struct PipelineJob: Sendable {
    let pipeline: PipelineStore

    /// Runs one stage of a call; what goes wrong is noted before the queue hears of it.
    func run(_ run: JobRun, _ call: CallID, _ stage: () async throws -> Call?) async throws {
        do {
            _ = try await stage()
        } catch let held as StageHeld {
            // It waits without a job of its own and goes on when what it waits for is there.
            _ = try await pipeline.noteFailure(
                call, code: held.code, detail: held.detail, isFinal: false, in: run.tenant)
        } catch {
            // The process stops, or the job's time is up: the queue knows which.
            guard !Task.isCancelled else { throw CancellationError() }
            let failure = PipelineJob.failure(for: error)
            let isFinal = failure?.isFinal == true || run.isLastAttempt
            _ = try await pipeline.noteFailure(
                call, code: failure?.code ?? "internal", detail: failure?.detail ?? "Something went wrong.",
                isFinal: isFinal, in: run.tenant)
            throw failure ?? error
        }
    }

    /// What an engine or a rule says of itself; nil for what only the operator may read.
    static func failure(for error: any Error) -> JobFailure? {
        switch error {
        case let error as EngineError:
            JobFailure(error.code, error.detail, isFinal: !error.isRetryable, retryAfter: error.retryAfter)
        case let error as Failure: JobFailure(error.code.rawValue, error.detail)
        default: nil
        }
    }
}

/// The pipeline's stages with everything that they need, on one loop.
struct PipelineStages: Sendable {
    let job: PipelineJob
    let transcription: CallTranscription
    let analysis: CallAnalysis

    init(
        database: Database, blobs: any BlobStore, engines: Engines, slots: ChildSlots, workFolder: String,
        decode: DecodeProcess = DecodeProcess(), knowledge: (any TenantKnowledge)? = nil
    ) {
        let costs = CostStore(database: database)
        let gate = StageGate(costs: costs, knowledge: knowledge)
        let meter = UsageMeter(costs: costs, pricing: engines.pricing)
        let pipeline = PipelineStore(database: database)
        let recordings = RecordingStore(database: database)
        job = PipelineJob(pipeline: pipeline)
        transcription = CallTranscription(
            pipeline: pipeline, recordings: recordings, blobs: blobs, engines: engines, gate: gate, meter: meter,
            vocabularies: VocabularyStore(database: database), redactions: RedactionStore(database: database),
            decode: decode, slots: slots, workFolder: workFolder)
        analysis = CallAnalysis(
            pipeline: pipeline, results: ResultStore(database: database), recordings: recordings,
            rubrics: RubricStore(database: database), trackers: TrackerStore(database: database), engines: engines,
            gate: gate, meter: meter)
    }
}
