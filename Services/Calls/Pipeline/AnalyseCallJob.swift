import Jobs
import Models
import Postgres

/// Has a transcript analysed.
struct AnalyseCallJob: Job {
    static let kind = "analyse_call"
    static let options = JobOptions(
        maxAttempts: 6, concurrency: 4, perTenant: 2, timeout: .seconds(1_800),
        backoff: JobBackoff(first: .seconds(5)))

    var callID: CallID
    /// The tenant's own where nothing was asked for.
    var engine: EngineChoice?
    var rubricID: RubricID?

    static func enqueue(
        _ id: CallID, engine: EngineChoice? = nil, rubric: RubricID? = nil, in transaction: Transaction
    ) async throws {
        try await JobQueue(transaction).enqueue(
            AnalyseCallJob(callID: id, engine: engine, rubricID: rubric), about: id)
    }
}

/// Makes an analysis of the current transcript of one call.
struct CallAnalysis: Sendable {
    let pipeline: PipelineStore
    let results: ResultStore
    let recordings: RecordingStore
    let rubrics: RubricStore
    let trackers: TrackerStore
    let engines: Engines
    let gate: StageGate
    let meter: UsageMeter

    /// Nil when the call is past its analysis or in the bin; throws `EngineError` for what the call's state shows, and
    /// `StageHeld` when the call is to wait.
    func run(_ job: AnalyseCallJob, in tenant: TenantID, timeZone: TimeZoneName) async throws -> Call? {
        let analyzer = engines.analyzer(job.engine ?? gate.choice(.analysis, of: tenant))
        try await gate.check(.analysis, by: analyzer.engine, in: tenant)
        guard let call = try await pipeline.startAnalysing(job.callID, in: tenant) else { return nil }
        let results = try await results.results(of: call.id, in: tenant)
        guard let transcript = results.transcript?.transcript else { return nil }
        var request = AnalysisRequest(
            transcript: transcript,
            durationSeconds: results.recording?.durationSeconds ?? Double(call.durationSeconds ?? 0),
            separateChannels: transcript.separateChannels,
            callDate: try await self.results.day(of: call.startedAt, in: timeZone, tenant))
        request.rubric = try await rubric(job.rubricID, in: tenant)
        let settings = gate.knowledge?.effectiveSettings(of: tenant) ?? EffectiveSettings()
        request.features = settings.analysisFeatures
        request.trackers = request.features.contains(.trackers) ? try await trackers.active(in: tenant) : []
        request.looksAtAgents = settings[Settings.agentEmotion]
        let (asked, begun) = (request, ContinuousClock.now)
        let analysis = try await meter.run(call, .analysis, by: analyzer.engine, model: analyzer.model, in: tenant) {
            try await analyzer.analyze(asked)
        }
        let usage = meter.usage(
            of: call, .analysis, by: analysis.engine, model: analysis.model, analysis.usage, isSuccess: true,
            since: begun)
        return try await pipeline.finishAnalysing(call.id, analysis, usage, in: tenant)
    }

    /// One that was removed since it was asked for gives way to the tenant's default.
    private func rubric(_ id: RubricID?, in tenant: TenantID) async throws -> Rubric {
        if let id, let asked = try await rubrics.find(id, in: tenant) { return asked.rubric }
        return try await rubrics.standard(in: tenant)
    }
}

extension Transcript {
    /// How many sides of the conversation were recorded apart: known speakers are, whether they spoke or not.
    fileprivate var separateChannels: Int { hasKnownSpeakers ? 2 : Set(segments.map(\.channel)).count }
}
