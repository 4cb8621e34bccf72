import Models

/// How a run ended, and what becomes of the job.
enum JobOutcome {
    case done
    /// Tried again after the pause, or dead without one. The cause is for the log, when the code does not say it.
    case failed(code: String, detail: String, pause: Duration?, cause: (any Error)?)
    /// The runner stops: the run does not count.
    case returned
    /// Another runner has the job.
    case lost

    var name: String {
        switch self {
        case .done: "done"
        case .failed(_, _, let pause, _): pause == nil ? "dead" : "failed"
        case .returned: "returned"
        case .lost: "lost"
        }
    }

    var hasFailed: Bool {
        if case .failed = self { true } else { false }
    }
}

/// Decides what a run's end means for its job.
struct JobSettlement {
    let run: JobRun
    let options: JobOptions
    let active: JobKind.Active
    let isStopping: Bool

    func outcome(of result: Result<Void, any Error>) -> JobOutcome {
        guard case .failure(let error) = result else { return .done }
        if active.hasLostLease || error is JobLeaseLost { return .lost }
        if active.hasTimedOut {
            return failed("timeout", "The job took longer than it may.", cause: nil)
        }
        switch error {
        case is CancellationError where isStopping:
            return .returned
        case let failure as JobFailure:
            return failed(
                failure.code, failure.detail, isFinal: failure.isFinal, retryAfter: failure.retryAfter, cause: nil)
        case let failure as Failure:
            return failed(failure.code.rawValue, failure.detail, cause: nil)
        default:
            return failed("internal", "Something went wrong.", cause: error)
        }
    }

    private func failed(
        _ code: String, _ detail: String, isFinal: Bool = false, retryAfter: Duration? = nil, cause: (any Error)?
    ) -> JobOutcome {
        let isDead = isFinal || run.isLastAttempt
        let pause = retryAfter ?? options.backoff.pause(afterAttempt: run.attempt)
        return .failed(code: code, detail: detail, pause: isDead ? nil : pause, cause: cause)
    }
}
