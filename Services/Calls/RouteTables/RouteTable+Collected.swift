import Models
import Web

extension RouteTable {
    /// What collectors bring, and what phone systems told of a call's parts.
    static func collected(_ recordings: CollectedRecordingRoutes, _ legs: CallLegRoutes) -> [Route] {
        [
            .get(
                "/api/v1/calls/{id}/legs", "list_call_legs", .permission(.callsReadAll, or: .callsReadOwn),
                "The attempts of which a call consists: rings, extensions, transfers", legs.list),
            .put(
                "/api/v1/recordings/{id}", "put_collected_recording", .permission(.recordingsWrite),
                "Hand in a recording by the name of its file, for the call of the connection that names it",
                recordings.upload, .bodyLimit(Int(Recording.sizeLimit)), .contentTypes(["audio/*"]),
                .failures([.conflict, .recordingExists, .unsupportedAudio, .insufficientStorage])),
        ]
    }
}
