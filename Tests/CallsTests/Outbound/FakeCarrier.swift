import Crypto
import Foundation
import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import Testing

@testable import Calls

/// A carrier's API on a socket, which keeps the calls that it is told to place and checks every exchange by the carrier's
/// own specification.
///
/// Confined to the test's loop.
final class FakeCarrier: @unchecked Sendable {
    /// What happens to a request that would place a call.
    enum Fault {
        /// The call is placed and the answer lost.
        case lostAnswer
        /// Nothing is placed.
        case refused(status: Int, code: Int, HTTPHeaders = [:])
    }

    struct Placed {
        var id: String
        var form: FormFields
        var status = "queued"
        var createdAt: Timestamp
    }

    private(set) var placed: [Placed] = []
    /// What was told about calls that run: their id and the form.
    private(set) var told: [(call: String, form: FormFields)] = []
    private(set) var recordings: [(call: String, form: FormFields)] = []
    private(set) var requests: [String] = []
    /// For the requests that place calls, one after another; none when it is empty.
    var faults: [Fault] = []
    /// What calls have cost; nothing is known while it is nil.
    var price: Double?
    var numbers = ["+14155550100", "+14155550101"]
    let provider: CarrierProvider
    let client: OutboundHTTPClient
    let connection = ConnectionID.make()
    private let socket: ListeningSocket
    private var server: HTTPServer?
    private let accountID: String
    private let secret = "auth-token-of-the-test"

    init(_ loop: EventLoop, _ provider: CarrierProvider) throws {
        self.provider = provider
        accountID = provider == .twilio ? "AC" + FakeCarrier.hexadecimal() : UUID().uuidString.lowercased()
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        client = try OutboundHTTPClient(
            loop: loop,
            guard: AddressGuard(
                setting: "ALLOW_ADDRESSES_CARRIER", exceptions: [.endpoint(host: "127.0.0.1", port: socket.port)]))
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "fake", level: .error), metrics: Metrics()
        ) { [unowned self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    var account: CarrierAccount {
        var account = CarrierAccount(
            connection: connection, provider: provider, apiURL: url,
            accountID: accountID, secret: Secret(secret))
        account.signingKey = (id: "SK0123456789abcdef0123456789abcdef", secret: Secret("test-api-secret"))
        account.applicationID = "AP0123456789abcdef0123456789abcdef"
        return account
    }

    /// The connection as tenancy has it.
    var registered: InternalAPI.Connection {
        let isTwilio = provider == .twilio
        return InternalAPI.Connection(
            id: connection, provider: provider.rawValue, name: provider.rawValue, isEnabled: true, timeZone: .utc,
            country: "US",
            settings: isTwilio
                ? ["account_sid": accountID] : ["project_id": accountID, "space": url],
            credentials: isTwilio ? ["auth_token": secret] : ["api_token": secret, "signing_key": Self.signingKey],
            webhookSecrets: [], version: 1)
    }

    /// What the service has for phone systems, with this carrier's connection alone.
    var seat: IngestSeat {
        let registered = registered
        return IngestSeat(
            connections: ConnectionClient { id, _ in
                guard id == registered.id else { throw Failure(.notFound) }
                return registered
            }, agents: .nobody, providers: providers, client: client)
    }

    /// The adapter of this carrier, at this address.
    var providers: CallProviders {
        CallProviders([provider == .twilio ? TwilioProvider(address: url) : SignalWireProvider()])
    }

    /// Where a recording lies.
    func recordingURL(_ id: String) -> String {
        let path = provider == .twilio ? "/2010-04-01" : "/api/laml/2010-04-01"
        return "\(url)\(path)/Accounts/\(accountID)/Recordings/\(id)"
    }

    private var url: String { "http://127.0.0.1:\(socket.port)" }

    /// The head of a callback that the carrier has signed: HMAC over the address and the form's fields in their order.
    func signed(_ target: String, _ form: String) -> HTTPHeaders {
        let fields = FormFields(decoding: Array(form.utf8))?.fields ?? []
        let text = fields.sorted { $0.name < $1.name }.map { $0.name + $0.value }.joined()
        let key = provider == .twilio ? secret : Self.signingKey
        let digest = HMAC.sha1(Array("https://acme.localhost\(target)\(text)".utf8), key: Array(key.utf8))
        let name = provider == .twilio ? "X-Twilio-Signature" : "X-SignalWire-Signature"
        return [
            "Content-Type": "application/x-www-form-urlencoded", name: Base64.standard.encode(digest),
        ]
    }

    private static let signingKey = "PSK_key_of_the_test"

    var carrier: any Carrier {
        var link = CarrierConnection(client: client, account: account)
        link.retries.firstDelay = .milliseconds(1)
        return provider == .twilio ? TwilioCarrier(link: link) : SignalWireCarrier(link: link)
    }

    func stop() async { await server?.drain(within: .seconds(1)) }

    private static func hexadecimal() -> String {
        UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        requests.append("\(request.method.rawValue) \(request.path)")
        let body = (try? await request.body.collect(upTo: 1 << 20)) ?? []
        let basic = "Basic " + Data("\(accountID):\(secret)".utf8).base64EncodedString()
        guard request.headers["authorization"] == basic else { return refusal(401, 20003) }
        if request.path.hasSuffix(".wav") {
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "audio/wav"],
                body: .bytes(Tones.wav(seconds: 1, channels: 2)))
        }
        guard let specification = CarrierSpecification.of(provider) else { return refusal(503, 0) }
        guard let operation = specification.operation(request.method.rawValue, request.path) else {
            Issue.record("no operation \(request.method.rawValue) \(request.path)")
            return refusal(404, 20404)
        }
        let query = FormFields(decoding: Array((request.query ?? "").utf8)) ?? FormFields([])
        #expect(operation.faults(query: query) == [])
        if request.headers["content-type"] == "application/json" {
            let json = (try? JSONSerialization.jsonObject(with: Data(body))) ?? NSNull()
            #expect(operation.faults(json: json) == [])
            return reply(operation, ["token": "eyJ.token.of-subscriber", "refresh_token": "eyJ.refresh.token"])
        }
        let form = FormFields(decoding: body) ?? FormFields([])
        if request.method == .post { #expect(operation.faults(form: form) == []) }
        return answer(request, operation, form, query)
    }

    private func answer(
        _ request: HTTPRequest, _ operation: CarrierSpecification.Operation, _ form: FormFields, _ query: FormFields
    ) -> HTTPResponse {
        let path = request.path.replacingOccurrences(of: ".json", with: "")
        let parts = path.components(separatedBy: accountID).last?.split(separator: "/").map(String.init) ?? []
        switch (request.method, parts.first, parts.count) {
        case (.post, "Calls", 1): return place(operation, form)
        case (.get, "Calls", 1):
            let found = placed.reversed().filter { $0.form["To"] == query["To"] && $0.form["From"] == query["From"] }
            return reply(operation, page(["calls": found.map { self.call($0) }]))
        case (.post, "Calls", 2):
            told.append((parts[1], form))
            return placed.first { $0.id == parts[1] }.map { reply(operation, call($0)) } ?? refusal(404, 20404)
        case (.get, "Calls", 2):
            return placed.first { $0.id == parts[1] }.map { reply(operation, call($0)) } ?? refusal(404, 20404)
        case (.post, "Calls", _):
            recordings.append((parts[1], form))
            let id = provider == .twilio ? "RE" + Self.hexadecimal() : UUID().uuidString.lowercased()
            return reply(operation, ["sid": parts.count > 3 ? parts[3] : id])
        case (.get, "IncomingPhoneNumbers", _):
            let rows = numbers.map { ["phone_number": $0, "friendly_name": "Sales"] }
            return reply(operation, page(["incoming_phone_numbers": rows]), isChecked: false)
        default: return reply(operation, ["sid": accountID, "status": "active", "friendly_name": "Acme"])
        }
    }

    private func place(_ operation: CarrierSpecification.Operation, _ form: FormFields) -> HTTPResponse {
        let fault = faults.isEmpty ? nil : faults.removeFirst()
        if case .refused(let status, let code, let headers) = fault { return refusal(status, code, headers) }
        let id = provider == .twilio ? "CA" + Self.hexadecimal() : UUID().uuidString.lowercased()
        let made = Placed(id: id, form: form, createdAt: .now())
        placed.append(made)
        guard case .lostAnswer = fault else { return reply(operation, call(made)) }
        // A body that ends before its length: the connection breaks.
        return HTTPResponse(
            status: 201, headers: ["Content-Type": "application/json"],
            body: .stream(length: 500) { writer in
                try await writer.write(Array("{\"sid\":".utf8))
                throw CancellationError()
            })
    }

    /// How a call goes on, as later questions about it are answered.
    func move(_ id: String, to status: String) {
        for index in placed.indices where placed[index].id == id { placed[index].status = status }
    }

    private func call(_ made: Placed) -> [String: Any] {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        let instant = Date(timeIntervalSince1970: Double(made.createdAt.microseconds) / 1_000_000)
        return [
            "sid": made.id, "status": made.status, "to": made.form["To"] ?? "", "from": made.form["From"] ?? "",
            "date_created": formatter.string(from: instant), "parent_call_sid": NSNull(),
            "direction": provider == .twilio ? "outbound-api" : "outbound", "answered_by": NSNull(),
            "price": charged, "price_unit": "USD",
        ]
    }

    /// As each of them writes it.
    private var charged: Any {
        guard let price else { return NSNull() }
        return provider == .twilio ? "-\(price)" : price
    }

    private func page(_ rows: [String: Any]) -> [String: Any] {
        provider == .twilio
            ? rows.merging(["page": 0, "page_size": 50]) { $1 }
            : rows.merging(
                ["page": 0, "page_size": 50, "uri": "/", "first_page_uri": "/", "next_page_uri": NSNull()]
            ) { $1 }
    }

    private func reply(
        _ operation: CarrierSpecification.Operation, _ values: [String: Any], isChecked: Bool = true
    ) -> HTTPResponse {
        let answer = operation.answer(values)
        // Rows of lists are given in short.
        let faults = answer.faults.filter { !$0.contains(": missing") || !$0.hasPrefix("/calls/") }
        if isChecked { #expect(faults == []) }
        let bytes = (try? JSONSerialization.data(withJSONObject: answer.value)).map { [UInt8]($0) } ?? []
        return HTTPResponse(
            status: answer.status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }

    private func refusal(_ status: Int, _ code: Int, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        headers.set("Content-Type", "application/json")
        let text = #"{"code": \#(code), "message": "no", "more_info": "https://x", "status": \#(status)}"#
        return HTTPResponse(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }
}
