import Crypto
import HTTP
import HTTPClient
import JSON
import Models
import Telemetry

/// Makes requests of one carrier's account: Basic auth, forms out, JSON in.
///
/// Confined to the loop of its client.
struct CarrierConnection {
    private struct Refusal: Codable {
        struct Reason: Codable { var code: JSONText? }
        var code: JSONText?
        var errors: [Reason]?
    }

    private static let answerLimit = 2 << 20

    let client: OutboundHTTPClient
    let account: CarrierAccount
    var deadline: Duration = .seconds(15)
    var retries = RetryPolicy()

    /// Reads something, again after a failure that may pass.
    func get<Answer: Decodable>(
        _ path: String, _ query: [(name: String, value: String)] = [], as type: Answer.Type
    ) async throws -> Answer {
        let target = query.isEmpty ? path : "\(path)?\(PercentCode.form(query.map { ($0.name, $0.value) }))"
        return try await read(request(.get, target), as: type)
    }

    /// Sends a form; only what does no more when it is done twice is `isRepeatable`.
    func post<Answer: Decodable>(
        _ path: String, _ form: [(name: String, value: String)], isRepeatable: Bool = false, as type: Answer.Type
    ) async throws -> Answer {
        var request = request(.post, path)
        request.headers.set("Content-Type", "application/x-www-form-urlencoded")
        request.body = .bytes(Array(PercentCode.form(form.map { ($0.name, $0.value) }).utf8))
        request.isRepeatable = isRepeatable
        return try await read(request, as: type)
    }

    /// Sends a JSON document.
    func post<Answer: Decodable>(_ path: String, json: some Encodable, as type: Answer.Type) async throws -> Answer {
        var request = request(.post, path)
        request.headers.set("Content-Type", "application/json")
        request.body = .bytes(try JSON.encode(json, nulls: .omit))
        request.isRepeatable = true
        return try await read(request, as: type)
    }

    /// Opens a download, which may take as long as the bytes keep coming.
    func open(_ path: String, accept: String) async throws -> OutboundHTTPStream {
        var request = request(.get, path)
        request.headers.set("Accept", accept)
        request.deadline = .seconds(3_600)
        request.idleDeadline = .seconds(60)
        request.maximumResponseBytes = 2 << 30
        request.maximumRedirects = 3
        let answer: OutboundHTTPStream
        do { answer = try await client.open(request) } catch { throw CarrierError(network: error) }
        guard answer.isSuccess else { throw CarrierError(status: answer.status, reason: nil, headers: answer.headers) }
        return answer
    }

    private func request(_ method: HTTPMethod, _ path: String) -> OutboundHTTPRequest {
        let basic = Base64.standard.encode(Array("\(account.accountID):\(account.secret.reveal())".utf8))
        var request = OutboundHTTPRequest(
            method, account.apiURL + path, headers: ["Authorization": "Basic \(basic)", "Accept": "application/json"])
        request.deadline = deadline
        request.maximumResponseBytes = Self.answerLimit
        return request
    }

    private func read<Answer: Decodable>(_ request: OutboundHTTPRequest, as type: Answer.Type) async throws -> Answer {
        let answer: OutboundHTTPResponse
        do {
            // A form that is not repeatable goes out once: even a broken connection may have delivered it.
            answer =
                request.method == .get || request.isRepeatable == true
                ? try await client.send(request, retrying: retries) : try await client.send(request)
        } catch {
            throw CarrierError(network: error)
        }
        guard answer.isSuccess else {
            throw CarrierError(status: answer.status, reason: Self.reason(answer.body), headers: answer.headers)
        }
        do {
            return try JSON.decode(type, from: answer.body, unknownKeys: .ignore)
        } catch {
            throw CarrierError.invalidAnswer
        }
    }

    /// The carrier's number for the refusal, which both write as a number or as text; nil for the pages of proxies.
    private static func reason(_ body: [UInt8]) -> Int? {
        do {
            let refusal = try JSON.decode(Refusal.self, from: body, unknownKeys: .ignore)
            let code = refusal.code ?? refusal.errors?.first?.code
            return code.flatMap { Int(String(decoding: $0.bytes, as: UTF8.self).filter { $0 != "\"" }) }
        } catch {
            return nil
        }
    }
}

extension CarrierError {
    /// What the network did.
    init(network error: any Error) {
        switch error as? OutboundHTTPError {
        case .addressRefused(let refusal)?: self.init("carrier_address_refused", refusal.description)
        case .invalidURL?, .invalidHeader?:
            self.init("carrier_misconfigured", "The connection's address or credentials are not valid.")
        case let error? where error.isBeforeSending:
            self.init("carrier_unreachable", "The carrier could not be reached.", isRetryable: true)
        default:
            self.init(
                "carrier_unreachable", "The connection to the carrier broke off.", outcome: .unknown,
                isRetryable: true)
        }
    }

    /// What the carrier answered: by status first; only 429 and refusals say that nothing was done.
    init(status: Int, reason: Int?, headers: HTTPHeaders) {
        let retryAfter = headers["retry-after"].flatMap { RetryAfter($0)?.duration }
        switch (status, reason) {
        case (429, _):
            self.init(
                "carrier_rate_limited", "The carrier asked to be called less often.", isRetryable: true,
                retryAfter: retryAfter ?? .seconds(2))
        case (401, _), (403, _):
            self.init("carrier_unauthorised", "The carrier does not accept the connection's credentials.")
        case (404, _): self.init("carrier_not_found", "The carrier does not know this any more.")
        case (_, 21211?), (_, 21217?), (_, 13224?):
            self.init("number_refused", "The carrier says that the number cannot be called.")
        case (_, 21210?), (_, 21212?):
            self.init("caller_id_refused", "The carrier does not let this number show as caller.")
        case (408, _), (500..., _):
            self.init(
                "carrier_unavailable", "The carrier could not work on it now.", outcome: .unknown, isRetryable: true,
                retryAfter: retryAfter)
        default: self.init("carrier_refused", "The carrier refused the request.")
        }
    }
}
