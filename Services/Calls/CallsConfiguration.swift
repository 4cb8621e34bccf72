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
        objectStore = RecordingsConfiguration.objectStore(&environment)
    }

    private static func objectStore(_ environment: inout Environment) -> S3Configuration? {
        let endpoint = environment.optionalURL(
            "S3_ENDPOINT", "an object store in place of the folder", example: "https://s3.eu-central-1.example.com")
        let bucket = environment.text("S3_BUCKET", "its bucket", default: "switchboard", example: "switchboard")
        let region = environment.text("S3_REGION", "its region", default: "us-east-1", example: "eu-central-1")
        let accessKey = environment.text("S3_ACCESS_KEY_ID", "its access key", default: "", example: "AKIA...")
        let secretKey = environment.optionalSecret("S3_SECRET_ACCESS_KEY", "its secret key", example: "...")
        guard let endpoint else { return nil }
        guard !accessKey.isEmpty, let secretKey else {
            environment.fault(
                "S3_ACCESS_KEY_ID", "is needed with S3_ENDPOINT, and S3_SECRET_ACCESS_KEY too", example: "AKIA...")
            return nil
        }
        return S3Configuration(
            endpoint: endpoint.description, bucket: bucket, region: region, accessKey: accessKey,
            secretKey: secretKey.reveal())
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
