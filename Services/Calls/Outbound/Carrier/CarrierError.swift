import HTTP
import HTTPClient
import Jobs
import Models

/// Why a carrier did not do what it was told.
struct CarrierError: Error, Sendable, Equatable {
    /// Whether anything was done.
    enum Outcome: Sendable, Equatable {
        /// It cannot have been.
        case nothing
        /// It may have been: ask before doing it again.
        case unknown
    }

    /// A stable word for the state of a leg.
    var code: String
    /// One sentence for whoever may see the call; nothing of the carrier's own text, which may hold numbers.
    var detail: String
    var outcome = Outcome.nothing
    var isRetryable = false
    var retryAfter: Duration?

    init(
        _ code: String, _ detail: String, outcome: Outcome = .nothing, isRetryable: Bool = false,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.detail = detail
        self.outcome = outcome
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }

    static let unknownConnection = CarrierError("connection_unknown", "The connection is not there any more.")
    static let incompleteConnection = CarrierError(
        "connection_incomplete", "The connection lacks what placing calls needs; complete its credentials.")
    static let invalidAnswer = CarrierError(
        "carrier_answer_invalid", "The carrier's answer could not be read.", outcome: .unknown, isRetryable: true)

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

extension CarrierError: FailureConvertible {
    var failure: Failure {
        isRetryable ? Failure(.unavailable, detail) : Failure(.conflict, detail)
    }
}

extension CarrierError {
    /// As the queue of jobs takes it.
    var jobFailure: JobFailure { JobFailure(code, detail, isFinal: !isRetryable, retryAfter: retryAfter) }
}
