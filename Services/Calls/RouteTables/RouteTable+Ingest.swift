import Events
import Models
import Web

extension RouteTable {
    /// What phone systems call; who may is what their signatures say.
    static func hooks(_ hooks: HookRoutes) -> [Route] {
        let paths = ["", "/{kind}", "/{kind}/{detail}"].map { "/hooks/calls/{provider}/{id}\($0)" }
        return paths.enumerated().flatMap { number, path in
            [
                .post(
                    path, "take_provider_hook_\(number)", .public, "Take what a phone system tells or asks", hooks.take,
                    .allowedWhenSuspended, .foreignCredential, .hidden),
                .get(
                    path, "take_provider_call_\(number)", .public, "Take what a phone system tells by GET", hooks.take,
                    .allowedWhenSuspended, .foreignCredential, .hidden),
            ]
        }
    }

    /// How connections do, what providers say of calls, and past calls that are brought in.
    static func ingest(
        _ connections: ConnectionRoutes, _ rejected: RejectedRecordRoutes, _ data: ProviderDataRoutes,
        _ imports: CallImportRoutes, _ registrations: CallRegistrationRoutes
    ) -> [Route] {
        ofConnections(connections) + ofImports(imports) + [
            .get(
                "/api/v1/calls/connections/{id}/rejected-records", "list_rejected_records",
                .permission(.connectionsRead), "What a connection has told and nobody can read, record by record",
                rejected.list),
            .get(
                "/api/v1/calls/{id}/provider-data", "get_provider_data",
                .permission(.callsReadAll, or: .callsReadOwn),
                "What the call's provider has said of it, asked for when it is not there", data.get,
                .failures([.upstreamUnavailable])),
            .post(
                "/api/v1/calls/registrations", "register_call", .permission(.callsWrite),
                "Have a provider expect a call, for a browser or an own phone system to carry", registrations.register,
                .idempotent, .failures([.conflict, .upstreamUnavailable])),
            .post(
                "/api/v1/calls/{id}/recording/copy", "copy_recording_again", .permission(.callsWrite),
                "Fetch the recording from its provider once more", data.copyAgain, .failures([.conflict])),
        ]
    }

    private static func ofConnections(_ connections: ConnectionRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/connections", "list_connection_states", .permission(.connectionsRead),
                "How all connections to phone systems do", connections.list),
            .get(
                "/api/v1/calls/connections/{id}", "get_connection_state", .permission(.connectionsRead),
                "How a connection does, and when it usually speaks", connections.get),
            .get(
                "/api/v1/calls/connections/{id}/instructions", "get_connection_instructions",
                .permission(.connectionsRead), "What to do in the phone system", connections.instructions),
            .post(
                "/api/v1/calls/connections/{id}/check", "check_connection", .permission(.connectionsWrite),
                "Try the credentials at the provider", connections.check),
            .post(
                "/api/v1/calls/connections/{id}/test", "test_connection", .permission(.connectionsWrite),
                "Show what is understood of a hook, without making a call of it", connections.test,
                .failures([.conflict])),
            .post(
                "/api/v1/calls/connections/{id}/replays", "replay_hooks", .permission(.connectionsWrite),
                "Read again what came on some days", connections.replay),
        ]
    }

    private static func ofImports(_ imports: CallImportRoutes) -> [Route] {
        [
            .post(
                "/api/v1/calls/imports", "preview_import", .permission(.connectionsWrite),
                "Look at a file of past calls: rows, faults, storage and cost", imports.preview,
                .bodyLimit(ImportFile.sizeLimit), .contentTypes(["text/csv", "application/x-ndjson"]), .audited),
            .get(
                "/api/v1/calls/imports", "list_imports", .permission(.connectionsRead), "Imports, newest first",
                imports.list),
            .get(
                "/api/v1/calls/imports/{id}", "get_import", .permission(.connectionsRead),
                "How far an import has come", imports.get),
            .get(
                "/api/v1/calls/imports/{id}/rows", "list_import_rows", .permission(.connectionsRead),
                "What became of each row", imports.report),
            .post(
                "/api/v1/calls/imports/{id}/start", "start_import", .permission(.connectionsWrite),
                "Make calls of the rows; they cause nothing", imports.start, .failures([.conflict]), .audited),
            .post(
                "/api/v1/calls/imports/{id}/undo", "undo_import", .permission(.connectionsWrite),
                "Remove every call that the import has made", imports.undo, .dangerous, .failures([.conflict]), .audited
            ),
        ]
    }
}
