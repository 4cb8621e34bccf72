import LifeCycle
import Models
import Web

extension RouteTable {
    /// What the service offers behind the gateway, and to whom.
    static func calls(
        _ calls: CallRoutes, _ lists: CallListRoutes, _ uploads: RecordingUploadRoutes, _ recordings: RecordingRoutes,
        _ queues: QueueRoutes, _ performance: PerformanceRoutes
    ) -> RouteTable {
        RouteTable(
            .calls,
            [
                .get(
                    "/api/v1/calls", "list_calls", .permission(.callsReadAll, or: .callsReadOwn),
                    "Calls, newest first", lists.list),
                .post(
                    "/api/v1/calls", "create_call", .permission(.callsWrite),
                    "Record a call; a known external id answers the first one, unchanged", calls.create, .idempotent,
                    .failures([.conflict])),
                .get(
                    "/api/v1/calls/{id}", "get_call", .permission(.callsReadAll, or: .callsReadOwn),
                    "A call with its recording, transcript and analysis", calls.get),
                .delete(
                    "/api/v1/calls/{id}", "delete_call", .permission(.callsDelete),
                    "Move a call to the bin, whence it is removed after 30 days", calls.delete, .dangerous,
                    .failures([.legalHold])),
                .post(
                    "/api/v1/calls/{id}/restore", "restore_call", .permission(.callsDelete),
                    "Take a call out of the bin", calls.restore, .failures([.conflict])),
                .post(
                    "/api/v1/calls/{id}/processing/retry", "retry_call_processing", .permission(.callsWrite),
                    "Process a failed call again, or an imported one for the first time", calls.retry,
                    .failures([.conflict])),
                .put(
                    "/api/v1/calls/{id}/recording", "put_recording", .permission(.recordingsWrite),
                    "Hand in the recording; the same bytes again change nothing", uploads.upload,
                    .bodyLimit(Int(Recording.sizeLimit)), .contentTypes(["audio/*"]),
                    .failures([.conflict, .recordingExists, .unsupportedAudio, .insufficientStorage])),
                .get(
                    "/api/v1/calls/{id}/recording", "get_recording", .permission(.recordingsListen),
                    "Play the recording, whole or by ranges", recordings.play, .contentTypes(["audio/*"]),
                    .failures([.rangeNotSatisfiable])),
                .get(
                    "/api/v1/calls/{id}/recording/peaks", "get_recording_peaks", .permission(.recordingsListen),
                    "The waveform of the recording", recordings.peaks),
                .get(
                    "/api/v1/platform/queues", "list_queues", .platform(.platformOperate),
                    "The processing queue of all tenants", queues.list),
                .get(
                    "/api/v1/analytics/users/{id}", "get_user_performance",
                    .permission(.callsReadAll, or: .callsReadOwn), "One person's figures, by days of the tenant",
                    performance.get),
            ])
    }

    /// What other services may ask.
    static func callsInternal(
        events: Route, export: ServiceExportRoutes, progress: CallProgressRoutes
    ) -> RouteTable {
        RouteTable(
            .calls,
            [
                events,
                .get(
                    "/internal/calls/progress", "get_call_progress", .service(.callProgressRead),
                    "How far the tenant's newest calls have come", progress.get),
            ] + export.routes)
    }
}
