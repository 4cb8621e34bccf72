import HTTP
import HTTPClient
import JSON
import Models

extension CallProvider {
    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport] {
        try read(payload, connection).reports
    }

    func read(_ payload: HookPayload, _ connection: InternalAPI.Connection) throws -> PayloadReading {
        PayloadReading(reports: try reports(of: payload, connection))
    }

    var pollInterval: Duration? { nil }

    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport? { nil }

    func poll(
        _ cursor: JSONText?, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderPoll { ProviderPoll(reports: []) }

    func register(
        _ call: CallRegistration, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderRegistration? { nil }

    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws {}

    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders { HTTPHeaders() }

    func answer(_ question: HookQuestion, _ connection: InternalAPI.Connection) throws -> HTTPResponse? { nil }

    func open(
        _ recording: RecordingReference, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> OutboundHTTPStream {
        guard recording.kind != .name else {
            throw ProviderError(.missing, "The provider gives no recordings by name.")
        }
        let headers = recording.kind == .providerURL ? authorization(connection) : HTTPHeaders()
        return try await client.openRecording(recording.locator, headers)
    }
}

extension OutboundHTTPClient {
    /// What one recording may take, however slow the provider is.
    private static let recordingDeadline = Duration.seconds(3_600)
    private static let recordingIdle = Duration.seconds(60)

    /// Opens a recording by its URL and follows redirects; throws `ProviderError` for what is no audio's beginning.
    func openRecording(_ url: String, _ headers: HTTPHeaders) async throws -> OutboundHTTPStream {
        var request = OutboundHTTPRequest(.get, url, headers: headers)
        request.deadline = Self.recordingDeadline
        request.idleDeadline = Self.recordingIdle
        request.maximumRedirects = 5
        request.maximumResponseBytes = Int(Recording.sizeLimit)
        do {
            let stream = try await open(request)
            guard stream.isSuccess else { throw ProviderError(status: stream.status, stream.headers) }
            return stream
        } catch let error as OutboundHTTPError {
            throw ProviderError(error)
        }
    }

    /// Asks a provider's API; throws `ProviderError` for everything but a 2xx.
    func ask(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPResponse {
        do {
            let answer = try await send(request, retrying: RetryPolicy())
            guard answer.isSuccess else { throw ProviderError(status: answer.status, answer.headers) }
            return answer
        } catch let error as OutboundHTTPError {
            throw ProviderError(error)
        }
    }
}

extension ProviderError {
    /// What a status other than 2xx means.
    init(status: Int, _ headers: HTTPHeaders) {
        let retryAfter = headers["retry-after"].flatMap { RetryAfter($0)?.duration }
        switch status {
        case 401, 403: self.init(.credentials, "The provider does not accept the credentials (\(status)).")
        case 404, 410: self.init(.missing, "The provider does not have it (\(status)).")
        case 429: self.init(.limited, "The provider asked to be called less often (429).", retryAfter: retryAfter)
        case 408, 425, 500...599:
            self.init(.unavailable, "The provider could not answer (\(status)).", retryAfter: retryAfter)
        default: self.init(.invalid, "The provider refused the request (\(status)).")
        }
    }

    /// What the network did.
    init(_ error: OutboundHTTPError) {
        switch error {
        case .addressRefused(let refusal): self.init(.refused, refusal.description)
        case .invalidURL, .invalidHeader, .redirectRefused, .tooManyRedirects:
            self.init(.invalid, error.description)
        case .responseTooLarge: self.init(.invalid, "The provider's answer is larger than allowed.")
        default: self.init(.unavailable, error.description)
        }
    }
}
