import Crypto
import HTTP
import HTTPClient
import JSON
import Models

/// Asks a UCM for its records and recordings, by either of its interfaces.
///
/// It holds nothing between two questions: the new interface is signed in to each time, for its cookies are few and short.
struct GrandstreamClient {
    /// How a UCM is asked.
    enum Interface: String, Sendable {
        /// `/cdrapi` and `/recapi` with HTTP Digest: UCM6xxx.
        case classic
        /// `/api` with a cookie: UCM63xx and CloudUCM.
        case new
    }

    /// Which records are asked for.
    struct Question: Sendable, Hashable {
        var from: Timestamp
        var to: Timestamp
        var offset: Int
        var count: Int
    }

    /// Where the UCM keeps recordings, in the order in which they are looked for.
    private static let folders = ["monitor", "queue", "meetme"]

    let address: String
    let interface: Interface
    let user: String
    let password: String
    let zone: TimeZoneName
    /// The key of the PBX's own certificate, which nobody else vouches for.
    let pinnedKey: String?
    let client: OutboundHTTPClient

    init(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) throws {
        guard let address = connection.settings["address"], let user = connection.settings["user"],
            let password = connection.credentials["password"]
        else { throw ProviderError(.credentials, "The connection has no address, user or password.") }
        interface = connection.settings["interface"].flatMap(Interface.init) ?? .new
        // A cloud PBX is at the port of https; an appliance listens at its own.
        let port = connection.provider == "clouducm" ? nil : interface == .classic ? 8_443 : 8_089
        self.address = PBXAddress.base(address, port: port)
        self.user = user
        self.password = password
        zone = connection.timeZone
        pinnedKey = try PBXAddress.pinnedKey(connection)
        self.client = client
    }

    /// One page of records, as the UCM gives it.
    func records(_ question: Question) async throws -> [UInt8] {
        switch interface {
        case .classic: try await classicRecords(question)
        case .new:
            try await signedIn { cookie in
                try await action([
                    "action": "cdrapi", "cookie": .string(cookie), "format": "json",
                    "numRecords": .int(Int64(question.count)), "offset": .int(Int64(question.offset)),
                    "startTime": .string(written(question.from, hasSeconds: false)),
                    // Whole minutes, so the minute that has begun is asked for too.
                    "endTime": .string(written(question.to + .seconds(60), hasSeconds: false)),
                    "timeFilterType": "End",
                ])
            }
        }
    }

    /// Opens a recording by the name that a record gives.
    func recording(_ name: String) async throws -> OutboundHTTPStream {
        let base = name.split(separator: "/").last.map(String.init) ?? name
        let names = base == name ? [name] : [name, base]
        switch interface {
        case .classic:
            return try await firstFound(names) { folder, name in
                let query = "filedir=\(folder)&filename=\(PercentCode.encode(name))"
                return try await digest { request(.get, "/recapi?\(query)", isRecording: true) }
            }
        case .new:
            return try await signedIn { cookie in
                try await firstFound(names) { folder, name in
                    try await open([
                        "action": "recapi", "cookie": .string(cookie), "filedir": .string(folder),
                        "filename": .string(name),
                    ])
                }
            }
        }
    }

    private func firstFound(
        _ names: [String], _ open: (_ folder: String, _ name: String) async throws -> OutboundHTTPStream
    ) async throws -> OutboundHTTPStream {
        for folder in Self.folders {
            for name in names {
                do { return try await open(folder, name) } catch let error as ProviderError where error.kind == .missing
                {
                    continue
                }
            }
        }
        throw ProviderError(.missing, "The PBX has no recording of this name.")
    }

    // The classic interface.

    private func classicRecords(_ question: Question) async throws -> [UInt8] {
        let query = [
            "format=json", "numRecords=\(question.count)", "offset=\(question.offset)",
            "startTime=\(PercentCode.encode(written(question.from)))",
            "endTime=\(PercentCode.encode(written(question.to)))",
        ].joined(separator: "&")
        let stream = try await digest { request(.get, "/cdrapi?\(query)") }
        return try await collected(stream)
    }

    /// Answers the challenge of the first answer; a second one means that the password is wrong.
    private func digest(_ make: () -> OutboundHTTPRequest) async throws -> OutboundHTTPStream {
        var request = make()
        var stream = try await opened(request)
        if stream.status == 401 {
            let fields = stream.headers.all(named: "WWW-Authenticate")
            let target = PBXAddress.target(of: request.url)
            if let challenge = DigestChallenge(fields: fields) {
                request.headers.set(
                    "Authorization",
                    challenge.authorization(
                        user: user, password: password, method: request.method.rawValue, target: target,
                        clientNonce: Hex.encode(SecureRandom.bytes(16))))
            } else if fields.contains(where: { $0.lowercased().hasPrefix("basic") }) {
                request.headers.set(
                    "Authorization", "Basic " + Base64.standard.encode(Array("\(user):\(password)".utf8)))
            }
            stream = try await opened(request)
        }
        guard stream.isSuccess else { throw ProviderError(status: stream.status, stream.headers) }
        return stream
    }

    // The new interface.

    private func signedIn<Success>(_ body: (_ cookie: String) async throws -> Success) async throws -> Success {
        let challenged = try answer(try await action(["action": "challenge", "user": .string(user), "version": "1.0"]))
        guard case .string(let challenge)? = challenged["response"]?["challenge"] else {
            throw ProviderError(.invalid, "The PBX gave no challenge.")
        }
        let signedIn = try answer(
            try await action([
                "action": "login", "user": .string(user), "token": .string(Self.token(challenge + password)),
            ]))
        guard case .string(let cookie)? = signedIn["response"]?["cookie"] else {
            throw ProviderError(.invalid, "The PBX gave no cookie.")
        }
        return try await body(cookie)
    }

    static func token(_ text: String) -> String { Hex.encode(MD5.digest(Array(text.utf8))) }

    private func action(_ fields: JSONValue) async throws -> [UInt8] {
        let bytes = try await collected(try await open(fields))
        if bytes.first == UInt8(ascii: "{") { _ = try answer(bytes) }
        return bytes
    }

    private func open(_ fields: JSONValue) async throws -> OutboundHTTPStream {
        var request = request(.post, "/api", isRecording: fields["action"] == "recapi")
        // Signing in or reading twice does no more than once.
        request.isRepeatable = true
        request.headers.set("Content-Type", "application/json")
        // Some firmware looks for the fields in `request`, some at the top: each finds them where it looks.
        guard case .object(let members) = fields else { throw ProviderError(.invalid, "The request has no fields.") }
        request.body = .bytes(try JSON.encode(JSONValue.object(members + [.init("request", fields)])))
        let stream = try await opened(request)
        guard stream.isSuccess else { throw ProviderError(status: stream.status, stream.headers) }
        guard fields["action"] == "recapi" else { return stream }
        return try await checked(stream)
    }

    /// A refusal comes under 200 in the place of the audio.
    private func checked(_ stream: OutboundHTTPStream) async throws -> OutboundHTTPStream {
        let type = stream.headers["content-type"]?.lowercased() ?? ""
        let isShort = stream.body.declaredLength.map { $0 <= 4_096 } ?? false
        guard type.contains("json") || isShort else { return stream }
        let bytes = try await collected(stream)
        if bytes.first == UInt8(ascii: "{") {
            _ = try answer(bytes, otherwise: .missing)
            throw ProviderError(.missing, "The PBX has no recording of this name.")
        }
        return OutboundHTTPStream(status: stream.status, headers: stream.headers, body: HTTPBody(bytes: bytes))
    }

    /// The answer's object; throws for a `status` other than 0.
    private func answer(
        _ bytes: [UInt8], otherwise kind: ProviderError.Kind = .unavailable
    ) throws -> JSONValue {
        let value: JSONValue
        do { value = try JSON.decode(JSONValue.self, from: bytes) } catch {
            throw ProviderError(.invalid, "The PBX's answer is no valid JSON.")
        }
        guard case .int(let status)? = value["status"], status != 0 else { return value }
        throw Self.refusal(status, value, otherwise: kind)
    }

    private static func refusal(
        _ status: Int64, _ value: JSONValue, otherwise kind: ProviderError.Kind
    ) -> ProviderError {
        switch status {
        case -6: ProviderError(.unavailable, "The PBX ended the session; the next attempt signs in again.")
        case -37:
            if case .int(let left)? = value["response"]?["remain_num"] {
                ProviderError(.credentials, "The PBX does not accept user and password; \(left) attempts are left.")
            } else {
                ProviderError(.credentials, "The PBX does not accept user and password.")
            }
        case -10: ProviderError(.credentials, "The PBX's user may not do this.")
        case -8, -9: ProviderError(.invalid, "The PBX does not know the request (\(status)); try the other interface.")
        default: ProviderError(kind, "The PBX refused the request (\(status)).")
        }
    }

    // Both.

    private func request(_ method: HTTPMethod, _ target: String, isRecording: Bool = false) -> OutboundHTTPRequest {
        var request = OutboundHTTPRequest(method, address + target)
        request.pinnedKey = pinnedKey
        request.idleDeadline = .seconds(60)
        request.deadline = isRecording ? .seconds(3_600) : .seconds(60)
        request.maximumResponseBytes = isRecording ? Int(Recording.sizeLimit) : 16 << 20
        return request
    }

    private func opened(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPStream {
        do { return try await client.open(request) } catch let error as OutboundHTTPError {
            throw PBXAddress.failure(error, isPinned: pinnedKey != nil)
        }
    }

    private func collected(_ stream: OutboundHTTPStream) async throws -> [UInt8] {
        do { return try await stream.body.collect(upTo: 16 << 20) } catch is HTTPBodyError {
            throw ProviderError(.unavailable, "The PBX's answer ended before its end.")
        }
    }

    /// `2026-01-01T00:00:00-03:00`, in the PBX's own time.
    private func written(_ instant: Timestamp, hasSeconds: Bool = true) -> String {
        let offset = ZoneRules.named(zone)?.offset(at: instant.seconds) ?? 0
        let local = Timestamp(seconds: instant.seconds + offset).rfc3339.prefix(hasSeconds ? 19 : 16)
        let minutes = abs(offset) / 60
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(local)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
