package import ServiceKit
import Telemetry

extension S3Configuration {
    /// Reads the operator's object store and one bucket of it; nil when there is none or no bucket is named.
    package static func read(
        _ environment: inout Environment, bucket name: String, _ purpose: String, default standard: String
    ) -> S3Configuration? {
        let endpoint = environment.optionalURL(
            "S3_ENDPOINT", "an object store in place of folders", example: "https://s3.eu-central-1.example.com")
        let bucket = environment.text(name, purpose, default: standard, example: "switchboard")
        let region = environment.text("S3_REGION", "its region", default: "us-east-1", example: "eu-central-1")
        let accessKey = environment.text("S3_ACCESS_KEY_ID", "its access key", default: "", example: "AKIA...")
        let secretKey = environment.optionalSecret("S3_SECRET_ACCESS_KEY", "its secret key", example: "...")
        guard let endpoint, !bucket.isEmpty else { return nil }
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
