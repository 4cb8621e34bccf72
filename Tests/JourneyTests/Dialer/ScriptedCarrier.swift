import Crypto
import FoundationEssentials
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Synchronization
import Telemetry
import Testing

/// A phone company that speaks SignalWire's Compatibility API on a socket, and keeps the calls that it is told to place.
///
/// Its server is confined to the loop that it was made on; what it keeps may be looked at from others.
final class ScriptedCarrier: Sendable {
    struct Placed: Sendable {
        var id: String
        var to: String
        var from: String
        /// Where it asks what to do, and where it tells how the call goes.
        var url: String
        var statusURL: String
        var createdAt: Timestamp
    }

    private struct State {
        var placed: [Placed] = []
        /// A call to this number is placed, and nobody is told so.
        var silentFor: String?
        /// What waits for `letGo`.
        var held: [CheckedContinuation<Void, Never>] = []
    }

    static let number = "+14155550100"
    static let project = "8d1f6c9e-0f0a-4c55-9a51-6f1d9a0c7e11"
    static let token = "planted-carrier-token"
    static let signingKey = "planted-carrier-signing-key"

    let port: Int
    private let state = Mutex(State())
    private let server: HTTPServer

    init(_ loop: EventLoop) throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        let box = Box()
        server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "carrier", level: .error), metrics: Metrics()
        ) { request in await box.carrier?.answer(request) ?? HTTPResponse(status: 503) }
        box.carrier = self
        try server.start()
    }

    /// Breaks the circle between the server and what answers.
    private final class Box: @unchecked Sendable { weak var carrier: ScriptedCarrier? }

    /// Runs a body beside a carrier on a loop of its own.
    static func with(_ body: @escaping @Sendable (ScriptedCarrier) async throws -> Void) async throws {
        let loop = EventLoop(name: "carrier")
        loop.start()
        let carrier = try await loop.spawn { () async -> Result<ScriptedCarrier, any Error> in
            do { return .success(try ScriptedCarrier(loop)) } catch { return .failure(error) }
        }.value.get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(carrier)) } catch { result = .failure(error) }
        carrier.letGo()
        await loop.spawn { await carrier.server.drain(within: .zero) }.value
        loop.stop()
        try result.get()
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// What `calls` is told, to reach it.
    var settings: [ServiceName: [String: String]] { [.calls: ["ALLOW_ADDRESSES_PBX": "127.0.0.1:\(port)"]] }

    var placed: [Placed] { state.withLock { $0.placed } }

    /// The calls to a number or a browser.
    func calls(to address: String) -> [Placed] { placed.filter { $0.to == address } }

    /// From now on calls to a number are placed and their answers never given.
    func keepSilent(about number: String) { state.withLock { $0.silentFor = number } }

    /// Ends the silence.
    func letGo() {
        let held = state.withLock { state in
            let held = state.held
            (state.held, state.silentFor) = ([], nil)
            return held
        }
        for one in held { one.resume() }
    }

    // Its API.

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let basic = "Basic " + Base64.standard.encode(Array("\(Self.project):\(Self.token)".utf8))
        guard request.headers["authorization"] == basic else { return HTTPResponse(status: 401) }
        let body: [UInt8]
        do { body = try await request.body.collect(upTo: 1 << 20) } catch { return HTTPResponse(status: 400) }
        let calls = "/api/laml/2010-04-01/Accounts/\(Self.project)/Calls"
        switch (request.method, request.path) {
        case (.post, calls): return await place(Self.fields(String(decoding: body, as: UTF8.self)))
        case (.get, calls):
            let query = Self.fields(request.query ?? "")
            let found = placed.reversed().filter { $0.to == query["To"] && $0.from == query["From"] }
            return Self.json(["calls": .array(found.map(Self.row))])
        case (.get, "/api/laml/2010-04-01/Accounts/\(Self.project)/IncomingPhoneNumbers"):
            return Self.json([
                "incoming_phone_numbers": [["phone_number": .string(Self.number), "friendly_name": "Sales"]]
            ])
        default:
            guard request.path.hasPrefix(calls + "/"),
                let call = placed.first(where: { request.path.hasPrefix("\(calls)/\($0.id)") })
            else { return HTTPResponse(status: 404) }
            return Self.json(Self.row(call))
        }
    }

    private func place(_ form: [String: String]) async -> HTTPResponse {
        let call = Placed(
            id: UUID().uuidString.lowercased(), to: form["To"] ?? "", from: form["From"] ?? "", url: form["Url"] ?? "",
            statusURL: form["StatusCallback"] ?? "", createdAt: .now())
        let isSilent = state.withLock { state in
            state.placed.append(call)
            return state.silentFor == call.to
        }
        if isSilent {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.silentFor != nil { state.held.append(continuation) }
                    return state.silentFor == nil
                }
                if isOver { continuation.resume() }
            }
        }
        return Self.json(Self.row(call))
    }

    private static func row(_ call: Placed) -> JSONValue {
        [
            "sid": .string(call.id), "status": "queued", "to": .string(call.to), "from": .string(call.from),
            "direction": "outbound-api", "price": .null, "price_unit": "USD",
        ]
    }

    private static func json(_ value: JSONValue) -> HTTPResponse {
        do {
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(value)))
        } catch {
            return HTTPResponse(status: 500)
        }
    }

    /// A form's fields; of names that come twice the last.
    private static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard let name = parts.first else { continue }
            fields[decoded(name)] = parts.count == 2 ? decoded(parts[1]) : ""
        }
        return fields
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), let value = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self))
            {
                bytes += value
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // What it asks and tells.

    /// Asks what to do with a call; the markup.
    func ask(_ call: Placed, _ caller: Caller, step: String? = nil, answeredBy: String = "human") async throws -> String
    {
        let url = call.url + (step.map { "&step=\($0)" } ?? "")
        let fields = [("AnsweredBy", answeredBy), ("CallSid", call.id), ("CallStatus", "in-progress")]
        return try await send(url, fields, caller).expect(200).text
    }

    /// Tells how a call goes, three times, as carriers do when they are not sure.
    func tell(_ call: Placed, _ status: String, _ caller: Caller) async throws {
        for _ in 0..<3 {
            _ = try await send(call.statusURL, [("CallSid", call.id), ("CallStatus", status)], caller).expect(204)
        }
    }

    private func send(_ url: String, _ fields: [(String, String)], _ caller: Caller) async throws -> Answer {
        let origin = "http://\(caller.host)"
        try #require(url.hasPrefix("\(origin)/hooks/"))
        // Sorted by name already, and of characters that need no escape.
        let text = fields.map { $0.0 + $0.1 }.joined()
        let digest = HMAC.sha1(Array((url + text).utf8), key: Array(Self.signingKey.utf8))
        return try await caller.anonymous.send(
            .post, String(url.dropFirst(origin.count)),
            [
                "Content-Type": "application/x-www-form-urlencoded",
                "X-SignalWire-Signature": Base64.standard.encode(digest),
            ], body: .bytes(Array(fields.map { "\($0.0)=\($0.1)" }.joined(separator: "&").utf8)))
    }
}
