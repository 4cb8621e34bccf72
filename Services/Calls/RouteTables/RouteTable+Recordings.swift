import Models
import Web

extension RouteTable {
    /// Recordings, in and out.
    static func recordings(_ uploads: RecordingUploadRoutes, _ recordings: RecordingRoutes) -> [Route] {
        [
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
                "/api/v1/calls/{id}/recordings", "list_recordings", .permission(.callsReadAll, or: .callsReadOwn),
                "The files of a call, in the order of time", recordings.list),
            .get(
                "/api/v1/calls/{id}/recordings/{recording_id}", "get_recording_file", .permission(.recordingsListen),
                "Play one of a call's files, whole or by ranges", recordings.playFile, .contentTypes(["audio/*"]),
                .failures([.rangeNotSatisfiable])),
            .get(
                "/api/v1/calls/{id}/recordings/{recording_id}/peaks", "get_recording_file_peaks",
                .permission(.recordingsListen), "The waveform of one of a call's files", recordings.filePeaks),
        ]
    }
}
