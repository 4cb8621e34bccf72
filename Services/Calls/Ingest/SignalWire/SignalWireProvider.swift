import HTTP
import HTTPClient
import JSON
import Models
import Web

/// SignalWire: callbacks in Twilio's manner with signatures of its own, and its list of calls, since delivery is best effort.
struct SignalWireProvider: CallProvider {
    let name = "signalwire"

    var pollInterval: Duration? { .seconds(300) }

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        let keys = [connection.credentials["signing_key"] ?? ""]
        let signature = hook.headers["X-SignalWire-Signature"] ?? hook.headers["X-Twilio-Signature"]
        guard let signature else { throw Failure(.invalidSignature) }
        let form = CarrierForm.read(contentType: hook.headers["Content-Type"], body: hook.body)
        let isValid =
            if let form {
                SignalWireSignature.isValid(signature, url: hook.url, form: form, keys: keys)
            } else {
                SignalWireSignature.isValid(
                    signature, strong: hook.headers["X-Signalwire-SHA256-Signature"], url: hook.url, body: hook.body,
                    keys: keys)
            }
        guard isValid else { throw Failure(.invalidSignature) }
    }

    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport] {
        guard let form = CarrierForm.fields(of: payload) else {
            return try SignalWireCall.report(of: payload.body, receivedAt: payload.receivedAt).map { [$0] } ?? []
        }
        let report = try CarrierCallback(form: form, receivedAt: payload.receivedAt).report()
        return report.map { [CarrierForm.secured($0, address: space(connection))] } ?? []
    }

    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport? {
        try await api(connection, client).call(externalID)
    }

    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        try await api(connection, client).check()
    }

    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders {
        CarrierForm.basic(connection.settings["project_id"] ?? "", connection.credentials["api_token"] ?? "")
    }

    func poll(
        _ cursor: JSONText?, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderPoll {
        var sweep = try cursor?.decode(CarrierSweep.self) ?? CarrierSweep(PollSweep(first: .now()))
        sweep.calls.begin(at: .now(), overlap: PollSweep.longOverlap)
        let day = sweep.calls.from.rfc3339.prefix(10)
        let page = try await api(connection, client).calls(sweep.next ?? "/Calls?PageSize=100&StartTime%3E=\(day)")
        var reports: [CallReport] = []
        for value in page.calls {
            guard let report = try CarrierClient.report(of: value, at: .now()) else { continue }
            if sweep.calls.isNew(report.externalID, digest: try JSON.encode(report)) { reports.append(report) }
        }
        sweep.next = page.next
        sweep.calls.advance(by: page.calls.count, hasMore: page.next != nil && !page.calls.isEmpty)
        let hasMore = sweep.calls.offset > 0
        if !hasMore { sweep.next = nil }
        return ProviderPoll(reports: reports, cursor: try JSONText(encoding: sweep), hasMore: hasMore)
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        guard let key = connection.credentials["signing_key"], !key.isEmpty else { return nil }
        let form = CarrierSample.form(account: connection.settings["project_id"] ?? "")
        return CarrierSample.hook(
            form, ["X-SignalWire-Signature": TwilioSignature.sign(url: "\(url)/status", form: form, key: key)])
    }

    private func api(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) -> CarrierClient {
        let project = connection.settings["project_id"] ?? ""
        return CarrierClient(
            base: "\(space(connection))/api/laml/2010-04-01/Accounts/\(PercentCode.encode(project))", suffix: "",
            user: project, password: connection.credentials["api_token"] ?? "", client: client)
    }

    private func space(_ connection: InternalAPI.Connection) -> String {
        PBXAddress.base(connection.settings["space"] ?? "", port: nil)
    }
}

/// How far the list of calls was read: by time, and within a sweep by the carrier's own next page.
struct CarrierSweep: Codable, Sendable {
    var calls: PollSweep
    var next: String?

    init(_ calls: PollSweep) { self.calls = calls }
}
