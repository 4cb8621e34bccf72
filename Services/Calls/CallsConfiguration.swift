import BlobStore
import HTTPClient
import Models
import ServiceKit
import Telemetry

/// The settings of `calls`.
struct CallsConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration
    let recordings: RecordingsConfiguration
    let engines: EnginesConfiguration
    let upkeep: UpkeepConfiguration
    let providers: ProvidersConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .calls, poolSize: 3)
        recordings = RecordingsConfiguration(&environment, dataFolder: process.dataFolder)
        engines = EnginesConfiguration(&environment, dataFolder: process.dataFolder)
        upkeep = UpkeepConfiguration(&environment)
        providers = ProvidersConfiguration(&environment)
    }
}

/// Where recordings are kept.
struct RecordingsConfiguration: Sendable {
    /// A folder, unless there is an object store.
    let folder: String
    /// Uploads stop when less of the folder's disk is free.
    let reservePercent: Int
    let objectStore: S3Configuration?

    init(_ environment: inout Environment, dataFolder: String) {
        folder = environment.folder(
            "BLOBS", "the folder of recordings", default: dataFolder + "/recordings",
            example: "/var/lib/switchboard/recordings")
        reservePercent = environment.integer(
            "DISK_RESERVE_PERCENT", "how much of the disk stays free", default: 10, in: 0...100)
        objectStore = S3Configuration.read(
            &environment, bucket: "S3_BUCKET", "the bucket of recordings", default: "switchboard")
    }
}

/// How long things are kept and waited for.
struct UpkeepConfiguration: Sendable {
    /// How long a call waits for its recording.
    let recordingWait: Duration
    /// How long a call stays in the bin.
    let binTime: Duration

    init(_ environment: inout Environment) {
        recordingWait = .seconds(
            3_600
                * environment.integer(
                    "RECORDING_WAIT_HOURS", "how long a call waits for its recording", default: 24, in: 1...720))
        binTime = .seconds(
            86_400 * environment.integer("BIN_DAYS", "how long a call stays in the bin", default: 30, in: 1...365))
    }
}
