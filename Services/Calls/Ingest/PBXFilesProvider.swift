import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Web

/// Phone systems whose records come as lines, by the collector or by their own hand, and whose recordings are files: 3CX,
/// Asterisk and FreePBX.
///
/// Where the connection names an address of the recordings' folder, they are fetched from there; else the collector
/// brings them.
struct PBXFilesProvider: CallProvider {
    /// `threecx`, `asterisk` or `freepbx`.
    let name: String

    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws {
        try HookToken.verify(hook, connection)
    }

    func read(_ payload: HookPayload, _ connection: InternalAPI.Connection) throws -> PayloadReading {
        let pbx = connection.settings["pbx_id"].flatMap { $0.isEmpty ? nil : $0 }
        if name == "threecx" {
            return try ThreeCXReports(
                columns: connection.settings["columns"], zone: connection.timeZone, receivedAt: payload.receivedAt,
                pbx: pbx
            ).read(payload.body)
        }
        return try AsteriskReports(
            columns: connection.settings["columns"], zone: connection.timeZone, receivedAt: payload.receivedAt, pbx: pbx
        ).read(payload.body)
    }

    func open(
        _ recording: RecordingReference, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> OutboundHTTPStream {
        guard recording.kind == .name else { return try await client.openRecording(recording.locator, HTTPHeaders()) }
        let path = recording.locator.split(separator: "/").map { PercentCode.encode(String($0)) }
        return try await send("/" + path.joined(separator: "/"), .seconds(3_600), connection, client)
    }

    /// Looks whether the folder of the recordings opens; without one there is nothing to ask.
    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {
        guard let address = connection.settings["recordings_address"], !address.isEmpty else { return }
        do { _ = try await send("/", .seconds(30), connection, client) } catch let error as ProviderError
            where error.kind == .missing
        {
            // A folder that lists nothing is a folder.
        }
    }

    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample? {
        let (type, body) =
            switch name {
            case "threecx": ("text/csv", try PBXSample.threecx(connection, now: now))
            case "freepbx": ("application/json", try PBXSample.freepbx(connection, now: now))
            default: ("text/csv", PBXSample.asterisk(connection, now: now))
            }
        return PBXSample.hook(connection, contentType: type, body: body)
    }

    private func send(
        _ path: String, _ deadline: Duration, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> OutboundHTTPStream {
        guard let address = connection.settings["recordings_address"], !address.isEmpty else {
            throw ProviderError(.awaited, "The collector brings the recording; the connection names no address of it.")
        }
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        var request = OutboundHTTPRequest(.get, base + path)
        request.pinnedKey = try PBXAddress.pinnedKey(connection)
        request.deadline = deadline
        request.idleDeadline = .seconds(60)
        request.maximumResponseBytes = Int(Recording.sizeLimit)
        if let user = connection.settings["recordings_user"], !user.isEmpty {
            let pair = "\(user):\(connection.credentials["recordings_password"] ?? "")"
            request.headers.set("Authorization", "Basic " + Base64.standard.encode(Array(pair.utf8)))
        }
        do {
            let stream = try await client.open(request)
            guard stream.isSuccess else { throw ProviderError(status: stream.status, stream.headers) }
            return stream
        } catch let error as OutboundHTTPError {
            throw PBXAddress.failure(error, isPinned: request.pinnedKey != nil)
        }
    }
}
