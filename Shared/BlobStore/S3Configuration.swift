import HTTPClient

/// Where an object store is and how to sign for it.
package struct S3Configuration: Sendable {
    /// Such as `https://s3.eu-central-1.example.com`, without a path.
    package var endpoint: String
    package var bucket: String
    package var region: String
    package var accessKey: String
    package var secretKey: String
    /// PEM of the authorities to trust instead of the system's.
    package var trustedCertificates: [UInt8]?
    /// The size of a part of an upload whose length is not known; the protocol's least is 5 MiB.
    package var partSize = 8 << 20

    package init(endpoint: String, bucket: String, region: String, accessKey: String, secretKey: String) {
        self.endpoint = endpoint
        self.bucket = bucket
        self.region = region
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    var signing: AWSSigning {
        AWSSigning(accessKey: accessKey, secretKey: secretKey, region: region, service: "s3")
    }
}
