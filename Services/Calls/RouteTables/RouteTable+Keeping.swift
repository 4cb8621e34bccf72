import Models
import Web

extension RouteTable {
    /// How recordings are kept: what is silent, who listened, what is held, what comes in parts.
    static func keeping(
        _ keeping: KeepingRoutes, _ redactions: RedactionRoutes, _ uploads: UploadRoutes
    ) -> [Route] {
        guarded(keeping) + silent(redactions) + parted(uploads)
    }

    private static func guarded(_ keeping: KeepingRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/recording/listens", "list_listens", .permission(.callsReadAll, or: .callsReadOwn),
                "Who listened to which part of the recording", keeping.listens),
            .get(
                "/api/v1/calls/{id}/legal-hold", "get_legal_hold", .permission(.callsReadAll, or: .callsReadOwn),
                "Whether a call is held, and its former holds", keeping.holds),
            .put(
                "/api/v1/calls/{id}/legal-hold", "put_legal_hold", .permission(.legalHoldsWrite),
                "Keep a call whatever retention, bin and erasure say", keeping.hold, .audited),
            .delete(
                "/api/v1/calls/{id}/legal-hold", "delete_legal_hold", .permission(.legalHoldsWrite),
                "Let a held call go", keeping.release, .dangerous, .audited),
            .get(
                "/api/v1/recordings/storage", "get_storage", .permission(.settingsRead),
                "What recordings take, how fast that grows, and what waits to be written down", keeping.storage),
        ]
    }

    private static func silent(_ redactions: RedactionRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/redactions", "list_redactions", .permission(.callsReadAll, or: .callsReadOwn),
                "What is silent in the recording", redactions.list),
            .post(
                "/api/v1/calls/{id}/redactions", "create_redaction", .permission(.recordingsWrite),
                "Silence a stretch of the recording, and take its words out", redactions.create, .idempotent,
                .failures([.conflict]), .audited),
            .delete(
                "/api/v1/calls/redactions/{id}", "delete_redaction", .permission(.recordingsUnredacted),
                "Let a stretch be heard again; what was paused is not there", redactions.delete, .dangerous,
                .failures([.conflict]), .audited),
            .post(
                "/api/v1/calls/{id}/redactions/pause", "begin_redaction", .permission(.callsWrite),
                "Silence what follows, where the phone system itself cannot pause", redactions.pause,
                .failures([.conflict]), .audited),
            .post(
                "/api/v1/calls/{id}/redactions/resume", "end_redaction", .permission(.callsWrite),
                "Let what follows be heard again", redactions.resume, .failures([.conflict])),
        ]
    }

    private static func parted(_ uploads: UploadRoutes) -> [Route] {
        [
            .post(
                "/api/v1/recordings/uploads", "create_upload", .permission(.recordingsWrite),
                "Begin to hand in a recording in parts", uploads.create, .idempotent,
                .failures([.conflict, .recordingExists, .insufficientStorage])),
            .get(
                "/api/v1/recordings/uploads/{id}", "get_upload", .permission(.recordingsWrite),
                "How much of an upload has arrived", uploads.get),
            .patch(
                "/api/v1/recordings/uploads/{id}", "append_upload", .permission(.recordingsWrite),
                "Hand in the next part, at the offset of the field Upload-Offset; the last one makes the recording",
                uploads.append, .bodyLimit(UploadRoutes.partLimit),
                .contentTypes(["application/octet-stream", "application/partial-upload"]),
                .failures([.conflict, .recordingExists, .unsupportedAudio, .insufficientStorage])),
            .delete(
                "/api/v1/recordings/uploads/{id}", "delete_upload", .permission(.recordingsWrite),
                "Give an upload up", uploads.delete),
        ]
    }
}
