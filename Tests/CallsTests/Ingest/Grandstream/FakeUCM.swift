import Crypto
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import Testing

@testable import Calls

/// A Grandstream UCM with both of its interfaces, as a test scripts it.
///
/// Confined to the test's loop.
final class FakeUCM: @unchecked Sendable {
    static let user = "cdrapi"
    static let password = "cdr-test"
    private static let realm = "Asterisk CDR"

    /// What the PBX has, each with the instant of its end.
    var records: [(end: Timestamp, json: JSONValue)] = []
    /// By `filedir/filename`.
    var recordings: [String: [UInt8]] = [:]
    /// Given to the next requests in the place of an answer.
    var faults: [HTTPResponse] = []
    private(set) var requests: [String] = []
    private(set) var signIns = 0
    private var nonces: Set<String> = []
    private var cookies: Set<String> = []
    private var challenges: Set<String> = []
    private var server: HTTPServer?
    private let socket: ListeningSocket
    let client: OutboundHTTPClient

    init(_ loop: EventLoop) throws {
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        client = try OutboundHTTPClient(
            loop: loop,
            guard: AddressGuard(
                setting: ProvidersConfiguration.addressesName,
                exceptions: [.endpoint(host: "127.0.0.1", port: socket.port)]))
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "fake", level: .error), metrics: Metrics()
        ) { [unowned self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    var port: Int { socket.port }

    func stop() async { await server?.drain(within: .seconds(1)) }

    func connection(
        _ interface: String, password: String = FakeUCM.password, zone: String = "UTC", _ more: [String: String] = [:]
    ) -> InternalAPI.Connection {
        let settings = ["address": "http://127.0.0.1:\(socket.port)/", "user": Self.user, "interface": interface]
        return InternalAPI.Connection(
            id: .make(), provider: "grandstream_ucm", name: "PBX", isEnabled: true,
            timeZone: TimeZoneName(unchecked: zone), country: "US", settings: settings.merging(more) { $1 },
            credentials: ["password": password], webhookSecrets: ["whsec_test"], version: 1)
    }

    /// A cookie that is none any more, as after a restart of the PBX.
    func forgetCookies() { cookies = [] }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        requests.append("\(request.method) \(request.target)")
        if !faults.isEmpty { return faults.removeFirst() }
        do {
            switch request.path {
            case "/cdrapi", "/recapi": return classic(request)
            case "/api":
                return try action(try JSON.decode(JSONValue.self, from: try await request.body.collect(upTo: 1 << 20)))
            default: return HTTPResponse(status: 404)
            }
        } catch {
            return HTTPResponse(status: 400)
        }
    }

    // The classic interface.

    private func classic(_ request: HTTPRequest) -> HTTPResponse {
        guard isAuthorized(request) else {
            let nonce = Hex.encode(SecureRandom.bytes(8))
            nonces.insert(nonce)
            return HTTPResponse(
                status: 401,
                headers: ["WWW-Authenticate": "Digest realm=\"\(Self.realm)\", nonce=\"\(nonce)\", qop=\"auth\""])
        }
        guard let query = FormFields(decoding: Array((request.query ?? "").utf8)) else {
            return HTTPResponse(status: 400)
        }
        if request.path == "/recapi" {
            guard let bytes = recordings["\(query["filedir"] ?? "")/\(query["filename"] ?? "")"] else {
                return HTTPResponse(status: 404)
            }
            return HTTPResponse(status: 200, headers: ["Content-Type": "audio/x-wav"], body: .bytes(bytes))
        }
        guard query["format"] == "json", let from = query["startTime"], let to = query["endTime"] else {
            return HTTPResponse(status: 400)
        }
        return page(from: from, to: to, query["offset"] ?? "0", query["numRecords"] ?? "1000")
    }

    private func isAuthorized(_ request: HTTPRequest) -> Bool {
        guard let field = request.headers["authorization"] else { return false }
        func part(_ name: String) -> String {
            guard let start = field.ranges(of: " \(name)=").first else { return "" }
            return String(field[start.upperBound...].prefix { $0 != "," }.filter { $0 != "\"" })
        }
        let challenge = DigestChallenge(realm: Self.realm, nonce: part("nonce"))
        let expected = challenge.authorization(
            user: Self.user, password: Self.password, method: request.method.rawValue, target: request.target,
            clientNonce: part("cnonce"))
        return nonces.contains(part("nonce")) && field == expected
    }

    // The new interface.

    private func action(_ body: JSONValue) throws -> HTTPResponse {
        switch body["action"]?.text {
        case "challenge":
            let challenge = "0000001652831717"
            challenges.insert(challenge)
            return json(["response": ["challenge": .string(challenge)], "status": 0])
        case "login":
            signIns += 1
            let expected = challenges.map { Hex.encode(MD5.digest(Array(($0 + Self.password).utf8))) }
            guard let token = body["token"]?.text, expected.contains(token) else {
                return json(["response": ["remain_num": 4], "status": -37])
            }
            let cookie = "sid\(cookies.count + 1)-1"
            cookies.insert(cookie)
            return json(["response": ["cookie": .string(cookie)], "status": 0])
        case "cdrapi":
            guard isSignedIn(body) else { return json(["response": .object([]), "status": -6]) }
            guard let from = body["startTime"]?.text, let to = body["endTime"]?.text,
                body["timeFilterType"]?.text == "End", case .int(let offset)? = body["offset"],
                case .int(let count)? = body["numRecords"]
            else { return json(["response": .object([]), "status": -8]) }
            return page(from: from, to: to, String(offset), String(count))
        case "recapi":
            guard isSignedIn(body) else { return json(["response": .object([]), "status": -6]) }
            let name = "\(body["filedir"]?.text ?? "")/\(body["filename"]?.text ?? "")"
            guard let bytes = recordings[name] else { return json(["response": .object([]), "status": -5]) }
            return HTTPResponse(status: 200, headers: ["Content-Type": "audio/x-wav"], body: .bytes(bytes))
        default: return json(["response": .object([]), "status": -9])
        }
    }

    private func isSignedIn(_ body: JSONValue) -> Bool { body["cookie"]?.text.map(cookies.contains) ?? false }

    private func page(from: String, to: String, _ offset: String, _ count: String) -> HTTPResponse {
        // The new interface leaves the seconds out.
        func instant(_ text: String) -> Timestamp? {
            let zone = text.suffix(6)
            return Timestamp(rfc3339: text.count == 22 ? "\(text.prefix(16)):00\(zone)" : text)
        }
        guard let from = instant(from), let to = instant(to), let offset = Int(offset), let count = Int(count),
            (1...1_000).contains(count)
        else { return HTTPResponse(status: 400) }
        let found = records.filter { $0.end >= from && $0.end <= to }.sorted { $0.end < $1.end }
        let page = found.dropFirst(offset).prefix(count).map(\.json)
        return json(["cdr_root": .array(Array(page))])
    }

    private func json(_ value: JSONValue) -> HTTPResponse {
        do {
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(value)))
        } catch {
            return HTTPResponse(status: 500)
        }
    }

    // What is in it.

    /// A call that ended at an instant, with a recording.
    func add(_ number: Int, end: Timestamp) {
        func local(_ instant: Timestamp) -> JSONValue {
            .string(String(instant.rfc3339.prefix(19)).replacing("T", with: " "))
        }
        records.append(
            (
                end,
                [
                    "AcctId": .string(String(number)), "src": "4155550123", "dst": "1000",
                    "start": local(end - .seconds(60)),
                    "answer": local(end - .seconds(50)), "end": local(end), "duration": "60", "billsec": "50",
                    "disposition": "ANSWERED", "src_trunk_name": "trunk_1", "dstchannel_ext": "1000",
                    "recordfiles": .string("2026-01/auto-\(number).wav@"),
                ]
            ))
    }
}
