import Clients
import Crypto
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry

/// What the clients need of tenancy, served over real sockets; confined to the test's loop.
final class Tenancy: @unchecked Sendable {
    let loop: EventLoop
    let endpoint: HTTPEndpoint
    private let socket: ListeningSocket
    private var server: HTTPServer?

    /// Tokens that were handed out, in order.
    private(set) var tokens: [String] = []
    private(set) var tokenRequests: [InternalAPI.ServiceTokenRequest] = []
    var tokenLife = 300
    var refusesTokens = false

    /// The `after` of each stream that was opened.
    private(set) var opened: [Int64] = []
    /// What a new stream begins with; without it the snapshot.
    var opening: [UInt8]?
    private var snapshot: [ChangeFeedAPI.Entry] = []
    private var log: [ChangeFeedAPI.Entry] = []
    private var streams: [AsyncStream<[UInt8]>.Continuation] = []
    private(set) var sequence: Int64 = 100

    init(_ loop: EventLoop) throws {
        self.loop = loop
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        endpoint = HTTPEndpoint(host: "127.0.0.1", port: socket.port)
        try start()
    }

    func start() throws {
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "test", level: .error), metrics: Metrics()
        ) { [self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    func stop() async {
        endStreams()
        await server?.drain(within: .milliseconds(1))
        server = nil
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            if request.path == "/internal/service-tokens" { return try await token(request) }
            guard request.path == "/internal/changes", let after = request.query?.split(separator: "=").last,
                request.headers["authorization"] == tokens.last.map({ "Bearer \($0)" })
            else { return HTTPResponse(status: 401) }
            return stream(after: Int64(after) ?? 0)
        } catch {
            return HTTPResponse(status: 500)
        }
    }

    private func token(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard !refusesTokens else { return HTTPResponse(status: 503) }
        let body = try await request.body.collect(upTo: 10_000)
        tokenRequests.append(try JSON.decode(InternalAPI.ServiceTokenRequest.self, from: body))
        tokens.append("token-\(tokens.count)")
        let answer = InternalAPI.Token(token: tokens[tokens.count - 1], expiresInSeconds: tokenLife)
        return HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(answer)))
    }

    private func stream(after: Int64) -> HTTPResponse {
        opened.append(after)
        let (lines, continuation) = AsyncStream<[UInt8]>.makeStream()
        streams.append(continuation)
        if let opening {
            continuation.yield(opening)
        } else if after < 100 {
            var snapshot = snapshot
            snapshot.insert(.init(sequence: sequence, kind: .snapshotStarted, key: "", value: nil), at: 0)
            snapshot += log
            snapshot.append(.init(sequence: sequence, kind: .snapshotFinished, key: "", value: nil))
            continuation.yield(Self.lines(snapshot))
        } else {
            continuation.yield(Self.lines(log.filter { $0.sequence > after } + [heartbeat]))
        }
        return HTTPResponse(
            status: 200,
            body: .stream(length: nil) { writer in
                for await bytes in lines { try await writer.write(bytes) }
            })
    }

    private var heartbeat: ChangeFeedAPI.Entry { .init(sequence: sequence, kind: .heartbeat, key: "", value: nil) }

    static func lines(_ entries: [ChangeFeedAPI.Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            do { bytes += try JSON.encode(entry) + [0x0a] } catch { preconditionFailure("\(error)") }
        }
        return bytes
    }

    // What happens.

    /// Puts something into the snapshot that later streams begin with.
    func has<Value: Encodable>(_ kind: ChangeFeedAPI.Kind, _ key: String, _ value: Value?) throws {
        snapshot.append(
            .init(sequence: 100, kind: kind, key: key, value: try value.map { try JSONText(encoding: $0) }))
    }

    /// Commits a change and tells it to every stream.
    func change<Value: Encodable>(_ kind: ChangeFeedAPI.Kind, _ key: String, _ value: Value?) throws {
        sequence += 1
        let entry = ChangeFeedAPI.Entry(
            sequence: sequence, kind: kind, key: key, value: try value.map { try JSONText(encoding: $0) })
        log.append(entry)
        for stream in streams { stream.yield(Self.lines([entry])) }
    }

    func write(_ bytes: [UInt8]) {
        for stream in streams { stream.yield(bytes) }
    }

    func endStreams() {
        for stream in streams { stream.finish() }
        streams = []
    }
}

/// Waits for something that another task will make true, a turn of the loop at a time.
func until(_ loop: EventLoop, _ condition: () -> Bool) async throws {
    while !condition() { try await loop.sleep(for: .milliseconds(2)) }
}

extension ServiceTokens {
    convenience init(_ http: InternalHTTPClient, _ tenancy: Tenancy) {
        self.init(
            http: http, tenancy: tenancy.endpoint, service: .calls, secret: Secret("c2VjcmV0"),
            logger: Logger(service: "test", level: .error))
    }
}
