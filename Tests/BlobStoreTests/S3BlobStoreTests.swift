import BlobStore
import FoundationEssentials
import HTTP
import HTTPClient
import IO
import Models
import TestSupport
import Testing

@Suite(.enabled(if: MotoServer.executable != nil, "MOTO_SERVER names no object store to test against"))
struct S3BlobStoreTests {
    @Test func `an object store keeps every promise`() async throws {
        try await withLoop { loop in
            let server = try await MotoServer(loop)
            let (client, configuration) = try await server.makeBucket()
            var small = configuration
            small.partSize = 5 << 20
            try await BlobStorePromises(
                loop: loop, store: S3BlobStore(client: client, configuration: small)
            ).checkAll()
            await server.stop()
        }
    }

    @Test func `a wrong secret is refused, so the right one was checked`() async throws {
        try await withLoop { loop in
            let server = try await MotoServer(loop, checksSignatures: true)
            let (client, configuration) = try await server.makeBucket()
            let key = BlobKey(tenant: .make(), recording: .make(), .original)
            let store = S3BlobStore(client: client, configuration: configuration)
            _ = try await store.put(key, Pieces([1, 2, 3], of: 2, length: 3))
            _ = try await store.put(key, Pieces([UInt8](repeating: 1, count: 9 << 20), of: 100_000, length: nil))
            _ = try await store.put(key, Pieces([UInt8](repeating: 1, count: 9 << 20), of: 100_000, length: 9 << 20))
            #expect(try await store.size(of: key) == 9 << 20)
            #expect(try await store.list(after: key, limit: 10) == [])
            var wrong = configuration
            wrong.secretKey += "x"
            await #expect(throws: BlobStoreError.refused(status: 403)) {
                _ = try await S3BlobStore(client: client, configuration: wrong).list(after: nil, limit: 10)
            }
            await server.stop()
        }
    }
}

/// A real object store in a child process: the executable that MOTO_SERVER names.
final class MotoServer: @unchecked Sendable {
    static let executable = ProcessInfo.processInfo.environment["MOTO_SERVER"]

    private let loop: EventLoop
    private let child: ChildProcess
    private let endpoint: String
    private let checksSignatures: Bool

    /// Starts it and waits until it answers.
    init(_ loop: EventLoop, checksSignatures: Bool = false) async throws {
        self.loop = loop
        self.checksSignatures = checksSignatures
        let port = try ListeningSocket.bind(host: "127.0.0.1", port: 0).port
        endpoint = "http://127.0.0.1:\(port)"
        var environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
        // So many calls pass unchecked: those that make the user with the key.
        if checksSignatures { environment["INITIAL_NO_AUTH_ACTION_COUNT"] = "3" }
        child = try ChildProcess(
            loop: loop,
            .init(
                try #require(Self.executable), ["-H", "127.0.0.1", "-p", "\(port)"], environment: environment))
        let client = try OutboundHTTPClient(loop: loop, guard: .operatorGiven)
        var policy = RetryPolicy()
        policy.attempts = 1000
        policy.maximumDelay = .milliseconds(100)
        _ = try await client.send(.init(.get, endpoint + "/moto-api/data.json"), retrying: policy)
    }

    /// Makes a bucket, and a user when signatures are checked.
    func makeBucket() async throws -> (OutboundHTTPClient, S3Configuration) {
        let client = try OutboundHTTPClient(loop: loop, guard: .operatorGiven)
        var configuration = S3Configuration(
            endpoint: endpoint, bucket: "recordings", region: "us-east-1", accessKey: "AKIAEXAMPLE", secretKey: "secret"
        )
        if checksSignatures {
            _ = try await iam(client, "Action=CreateUser&UserName=u")
            let policy = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
            let escaped = policy.utf8.map { byte in
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
            _ = try await iam(client, "Action=PutUserPolicy&UserName=u&PolicyName=p&PolicyDocument=\(escaped)")
            let answer = try await iam(client, "Action=CreateAccessKey&UserName=u")
            configuration.accessKey = try #require(Self.element("AccessKeyId", of: answer))
            configuration.secretKey = try #require(Self.element("SecretAccessKey", of: answer))
        }
        var request = OutboundHTTPRequest(
            .put, "\(endpoint)/recordings",
            headers: ["Content-Type": "application/octet-stream", "x-amz-content-sha256": "UNSIGNED-PAYLOAD"])
        request.signing = AWSSigning(
            accessKey: configuration.accessKey, secretKey: configuration.secretKey, region: "us-east-1", service: "s3")
        let made = try await client.send(request)
        #expect(made.status == 200, "\(String(decoding: made.body, as: UTF8.self))")
        return (client, configuration)
    }

    private func iam(_ client: OutboundHTTPClient, _ form: String) async throws -> String {
        var request = OutboundHTTPRequest(
            .post, endpoint + "/", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(Array((form + "&Version=2010-05-08").utf8)))
        request.signing = AWSSigning(accessKey: "a", secretKey: "b", region: "us-east-1", service: "iam")
        let answer = try await client.send(request)
        #expect(answer.status == 200)
        return String(decoding: answer.body, as: UTF8.self)
    }

    private static func element(_ name: String, of text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"), let end = text.firstRange(of: "</\(name)>") else {
            return nil
        }
        return String(text[start.upperBound..<end.lowerBound])
    }

    func stop() async {
        child.kill(15)
        _ = await child.wait()
    }
}
