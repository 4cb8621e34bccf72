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

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(AnalyseCallJob(callID: id), about: id)
    }
}

/// Makes an analysis of the current transcript of one call.
struct CallAnalysis: Sendable {
    let pipeline: PipelineStore
    let results: ResultStore
    let recordings: RecordingStore
    let analyzer: any Analyzer

    /// Nil when the call is past its analysis or in the bin; throws `EngineError` for what the call's state shows.
    func run(_ id: CallID, in tenant: TenantID, timeZone: TimeZoneName) async throws -> Call? {
        guard let call = try await pipeline.startAnalysing(id, in: tenant) else { return nil }
        let results = try await results.results(of: id, in: tenant)
        guard let transcript = results.transcript?.transcript else { return nil }
        let request = AnalysisRequest(
            transcript: transcript, durationSeconds: results.recording?.durationSeconds ?? 0,
            separateChannels: transcript.separateChannels,
            callDate: try await self.results.day(of: call.startedAt, in: timeZone, tenant))
        return try await pipeline.finishAnalysing(id, try await analyzer.analyze(request), in: tenant)
    }
}

extension Transcript {
    /// How many sides of the conversation were recorded apart: known speakers are, whether they spoke or not.
    fileprivate var separateChannels: Int { hasKnownSpeakers ? 2 : Set(segments.map(\.channel)).count }
}
