import Models
import Postgres
import Web

/// Versions of transcripts and analyses over HTTP, and asking for another one.
struct VersionRoutes: Sendable {
    /// One version of something of a call.
    struct VersionPath: Codable, Sendable {
        var id: CallID
        var version: Int
    }

    private let calls: CallStore
    private let versions: VersionStore
    private let results: ResultStore
    private let rubrics: RubricStore

    init(database: Database) {
        calls = CallStore(database: database)
        versions = VersionStore(database: database)
        results = ResultStore(database: database)
        rubrics = RubricStore(database: database)
    }

    func analyses(
        _ context: RequestContext, _ path: PathID<CallID>
    ) async throws -> OK<CallsAPI.AnalysisVersions> {
        let call = try await find(path.id, context)
        return OK(
            CallsAPI.AnalysisVersions(
                data: try await versions.analyses(
                    of: call.id, showing: context.settings.analysisFeatures, in: context.tenant)))
    }

    func analysis(_ context: RequestContext, _ path: Path<VersionPath>) async throws -> OK<CallsAPI.Analysis> {
        let call = try await find(path.value.id, context)
        let found = try await versions.analysis(path.value.version, of: call.id, in: context.tenant)
        guard var found else { throw Failure(.notFound) }
        found.analysis = found.analysis.showing(context.settings.analysisFeatures)
        return OK(found.wire(try await results.transcript(of: call.id, in: context.tenant)))
    }

    func transcripts(
        _ context: RequestContext, _ path: PathID<CallID>
    ) async throws -> OK<CallsAPI.TranscriptVersions> {
        let call = try await find(path.id, context)
        return OK(CallsAPI.TranscriptVersions(data: try await versions.transcripts(of: call.id, in: context.tenant)))
    }

    func transcript(_ context: RequestContext, _ path: Path<VersionPath>) async throws -> OK<CallsAPI.Transcript> {
        let call = try await find(path.value.id, context)
        let found = try await versions.transcript(path.value.version, of: call.id, in: context.tenant)
        guard let found else { throw Failure(.notFound) }
        return OK(found.wire)
    }

    func analyseAgain(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: OptionalBody<CallsAPI.AnalyseAgain>
    ) async throws -> Accepted<CallsAPI.Call> {
        let call = try await find(path.id, context)
        try checkFeature(.analysis, context)
        if let rubric = body.value?.rubricID, try await rubrics.find(rubric, in: context.tenant) == nil {
            throw Failure.invalid("/rubric_id", "not_found", "there is no such rubric")
        }
        let moved = try await versions.analyseAgain(
            call.id, engine: body.value?.engine, rubric: body.value?.rubricID, reach: context.reach,
            in: context.tenant)
        guard let moved else {
            throw Failure(.conflict, "Only a call with a transcript, on which nothing works, can be analysed again.")
        }
        return Accepted(try await whole(moved, context), version: moved.version)
    }

    func transcribeAgain(
        _ context: RequestContext, _ path: PathID<CallID>, _ body: OptionalBody<CallsAPI.TranscribeAgain>
    ) async throws -> Accepted<CallsAPI.Call> {
        let call = try await find(path.id, context)
        try checkFeature(.transcription, context)
        if let language = body.value?.language, !SettingType.isLanguage(language) {
            throw Failure.invalid("/language", "invalid_format", "BCP 47 language tag expected")
        }
        let moved = try await versions.transcribeAgain(
            call.id, engine: body.value?.engine, language: body.value?.language, reach: context.reach,
            in: context.tenant)
        guard let moved else {
            throw Failure(
                .conflict, "Only a call with a recording, on which nothing works, can be written down again.")
        }
        return Accepted(try await whole(moved, context), version: moved.version)
    }

    private func checkFeature(_ feature: Feature, _ context: RequestContext) throws(Failure) {
        let features = context.knowledge.entitlements(of: context.tenant)?.features
        guard features?.contains(feature) ?? true else { throw Failure(.featureDisabled) }
    }

    private func find(_ id: CallID, _ context: RequestContext) async throws -> Call {
        guard let call = try await calls.find(id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return call
    }

    private func whole(_ call: Call, _ context: RequestContext) async throws -> CallsAPI.Call {
        call.wire(
            try await results.results(of: call.id, in: context.tenant).showing(context.settings.analysisFeatures))
    }
}
