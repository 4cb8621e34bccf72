import Models
import Postgres
import Web

/// The route files of what is made of calls.
struct AnalysisRoutes: Sendable {
    let versions: VersionRoutes
    let corrections: CorrectionRoutes
    let contests: ContestRoutes
    let rubrics: RubricRoutes
    let trackers: TrackerRoutes
    let vocabulary: VocabularyRoutes
    let costs: CostRoutes
    let platformCosts: PlatformCostRoutes

    init(database: Database, pricing: EnginePricing) {
        versions = VersionRoutes(database: database)
        corrections = CorrectionRoutes(database: database)
        contests = ContestRoutes(database: database)
        rubrics = RubricRoutes(database: database)
        trackers = TrackerRoutes(database: database)
        vocabulary = VocabularyRoutes(database: database)
        costs = CostRoutes(database: database, pricing: pricing)
        platformCosts = PlatformCostRoutes(database: database)
    }
}

extension RouteTable {
    /// What is made of calls, by what, and at which cost.
    static func analysis(_ routes: AnalysisRoutes) -> [Route] {
        versions(routes) + rules(routes) + costs(routes.costs, routes.platformCosts)
    }

    private static func versions(_ routes: AnalysisRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/analyses", "list_analyses", .permission(.callsReadAll, or: .callsReadOwn),
                "All analyses of a call, the newest first", routes.versions.analyses),
            .get(
                "/api/v1/calls/{id}/analyses/{version}", "get_analysis", .permission(.callsReadAll, or: .callsReadOwn),
                "One analysis of a call", routes.versions.analysis),
            .post(
                "/api/v1/calls/{id}/analyses", "analyse_call", .permission(.callsWrite),
                "Have a call analysed again, by another engine or rubric if wanted", routes.versions.analyseAgain,
                .idempotent, .failures([.conflict, .featureDisabled])),
            .get(
                "/api/v1/calls/{id}/transcripts", "list_transcripts", .permission(.callsReadAll, or: .callsReadOwn),
                "All transcripts of a call, the newest first", routes.versions.transcripts),
            .get(
                "/api/v1/calls/{id}/transcripts/{version}", "get_transcript",
                .permission(.callsReadAll, or: .callsReadOwn), "One transcript of a call",
                routes.versions.transcript),
            .post(
                "/api/v1/calls/{id}/transcripts", "transcribe_call", .permission(.callsWrite),
                "Have a recording written down again, by another engine if wanted", routes.versions.transcribeAgain,
                .idempotent, .failures([.conflict, .featureDisabled])),
            .post(
                "/api/v1/calls/{id}/transcript/corrections", "correct_transcript", .permission(.callsWrite),
                "Correct words and speakers: a new version, found at once", routes.corrections.correct, .idempotent,
                .failures([.conflict])),
            .patch(
                "/api/v1/calls/{id}/recording", "update_recording", .permission(.callsWrite),
                "Say which leg of a recording is the agent's", routes.corrections.updateRecording,
                .failures([.conflict])),
            .get(
                "/api/v1/calls/{id}/contests", "list_contests", .permission(.callsReadAll, or: .callsReadOwn),
                "What was said against the score of a call", routes.contests.list),
            .post(
                "/api/v1/calls/{id}/contests", "create_contest", .permission(.callsReadOwn),
                "Contest the score of one's own call", routes.contests.create, .idempotent, .notWhileImpersonating,
                .failures([.conflict])),
            .patch(
                "/api/v1/calls/contests/{id}", "answer_contest", .permission(.settingsWrite),
                "Answer a contest", routes.contests.answer),
        ]
    }

    private static func rules(_ routes: AnalysisRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/rubrics", "list_rubrics", .permission(.callsReadAll, or: .callsReadOwn),
                "By what the quality of calls is judged", routes.rubrics.list),
            .get(
                "/api/v1/calls/rubrics/{id}", "get_rubric", .permission(.callsReadAll, or: .callsReadOwn), "A rubric",
                routes.rubrics.get),
            .post(
                "/api/v1/calls/rubrics", "create_rubric", .permission(.settingsWrite), "Make a rubric",
                routes.rubrics.create, .idempotent, .failures([.conflict]), .audited),
            .patch(
                "/api/v1/calls/rubrics/{id}", "update_rubric", .permission(.settingsWrite), "Change a rubric",
                routes.rubrics.update, .audited),
            .delete(
                "/api/v1/calls/rubrics/{id}", "delete_rubric", .permission(.settingsWrite),
                "Remove a rubric; what was judged by it stays", routes.rubrics.delete, .audited),
            .get(
                "/api/v1/calls/trackers", "list_trackers", .permission(.callsReadAll, or: .callsReadOwn),
                "Words that are looked for in calls", routes.trackers.list),
            .get(
                "/api/v1/calls/trackers/{id}", "get_tracker", .permission(.callsReadAll, or: .callsReadOwn),
                "A tracker", routes.trackers.get),
            .post(
                "/api/v1/calls/trackers", "create_tracker", .permission(.settingsWrite), "Make a tracker",
                routes.trackers.create, .idempotent, .failures([.conflict]), .audited),
            .patch(
                "/api/v1/calls/trackers/{id}", "update_tracker", .permission(.settingsWrite), "Change a tracker",
                routes.trackers.update, .audited),
            .delete(
                "/api/v1/calls/trackers/{id}", "delete_tracker", .permission(.settingsWrite),
                "Remove a tracker with its hits", routes.trackers.delete, .audited),
            .get(
                "/api/v1/calls/trackers/{id}/calls", "list_tracked_calls",
                .permission(.callsReadAll, or: .callsReadOwn), "Calls in which a tracker's words were said",
                routes.trackers.hits),
            .get(
                "/api/v1/calls/vocabulary", "get_vocabulary", .permission(.callsReadAll, or: .callsReadOwn),
                "Words that engines of recognition are told to expect", routes.vocabulary.get),
            .put(
                "/api/v1/calls/vocabulary", "put_vocabulary", .permission(.settingsWrite),
                "Set the words that engines of recognition are told to expect", routes.vocabulary.put, .audited),
        ]
    }

    private static func costs(_ costs: CostRoutes, _ platform: PlatformCostRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/costs", "get_call_costs", .permission(.callsReadAll, or: .callsReadOwn),
                "What engines used and cost for a call, stage by stage, and what its carrier charged", costs.get),
            .get(
                "/api/v1/calls/costs", "list_costs", .permission(.settingsRead),
                "What engines and carriers cost by day, agent, stage or engine, and what is left of the budget",
                costs.list),
            .post(
                "/api/v1/calls/estimates", "estimate_costs", .permission(.callsWrite),
                "What engines would cost for an action on calls", costs.estimate),
            .get(
                "/api/v1/platform/costs", "list_platform_costs", .platform(.platformOperate),
                "What engines cost over all tenants, by day, tenant, stage or engine", platform.list),
        ]
    }
}
