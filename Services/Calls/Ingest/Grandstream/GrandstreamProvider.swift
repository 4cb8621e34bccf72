import HTTP
import HTTPClient
import JSON
import Models
import Web

/// Grandstream's phone systems: appliances (UCM) and the cloud (CloudUCM).
///
/// Records come pushed, by the collector or by asking; a call is the same however it came, by its number in the PBX.
struct GrandstreamProvider: CallProvider {
    /// `grandstream_ucm` or `clouducm`.
    let name: String

    var pollInterval: Duration? { .seconds(60) }

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        try HookToken.verify(hook, connection)
    }

    func read(_ payload: HookPayload, _ connection: InternalAPI.Connection) throws -> PayloadReading {
        try Self.reading(connection, payload.receivedAt).read(payload.body)
    }

    func open(
        _ recording: RecordingReference, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> OutboundHTTPStream {
        guard recording.kind == .name else { return try await client.openRecording(recording.locator, HTTPHeaders()) }
        return try await GrandstreamClient(connection, client).recording(recording.locator)
    }

    /// Signs in and asks for one record.
    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        let now = Timestamp.now()
        let asked = GrandstreamClient.Question(from: now - .seconds(3_600), to: now, offset: 0, count: 1)
        _ = try GrandstreamReports.entries(of: try await GrandstreamClient(connection, client).records(asked))
    }

    func poll(
        _ cursor: JSONText?, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderPoll {
        let pbx = try GrandstreamClient(connection, client)
        var sweep = try cursor?.decode(PollSweep.self) ?? PollSweep(first: .now())
        let overlap = pbx.interface == .new ? PollSweep.shortOverlap : PollSweep.longOverlap
        sweep.begin(at: .now(), overlap: overlap)
        let asked = GrandstreamClient.Question(
            from: sweep.from, to: sweep.to, offset: sweep.offset, count: PollSweep.pageSize)
        let body = try await pbx.records(asked)
        let entries = try GrandstreamReports.entries(of: body)
        let reading = Self.reading(connection, .now())
        var reports: [CallReport] = []
        for entry in entries.records {
            let report = try reading.report(entry)
            if sweep.isNew(report.externalID, digest: try JSON.encode(report)) { reports.append(report) }
        }
        let hasMore = entries.count >= PollSweep.pageSize
        sweep.advance(by: entries.count, hasMore: hasMore)
        return ProviderPoll(
            reports: reports, unread: entries.unread, cursor: try JSONText(encoding: sweep), hasMore: hasMore)
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        PBXSample.hook(
            connection, contentType: "application/json", body: try PBXSample.grandstream(connection, now: now))
    }

    private static func reading(_ connection: InternalAPI.Connection, _ receivedAt: Timestamp) -> GrandstreamReports {
        let pbx = connection.settings["pbx_id"].flatMap { $0.isEmpty ? nil : $0 }
        return GrandstreamReports(zone: connection.timeZone, receivedAt: receivedAt, pbx: pbx)
    }
}

extension HookToken {
    /// Throws unless the hook shows one of the connection's secrets.
    static func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws(Failure) {
        let query = hook.target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init)
        guard
            isValid(
                authorization: hook.headers["Authorization"], query: query, secrets: connection.webhookSecrets)
        else { throw Failure(.invalidSignature) }
    }
}
