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
}

extension CarrierError: FailureConvertible {
    var failure: Failure {
        if self == .unknownConnection { return Failure(.notFound) }
        return isRetryable ? Failure(.unavailable, detail) : Failure(.conflict, detail)
    }
}

extension CarrierError {
    /// As the queue of jobs takes it.
    var jobFailure: JobFailure { JobFailure(code, detail, isFinal: !isRetryable, retryAfter: retryAfter) }
}
