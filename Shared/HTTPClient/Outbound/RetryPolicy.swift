import HTTP
import IO

/// How often and how soon a failed request is sent again.
package struct RetryPolicy: Sendable {
    package var attempts = 3
    package var firstDelay: Duration = .milliseconds(200)
    package var maximumDelay: Duration = .seconds(10)
    /// A longer `Retry-After` ends the attempts: the caller's own queue is the place to wait so long.
    package var maximumRetryAfter: Duration = .seconds(60)

    package init() {}

    /// The wait after the `attempt`th failure (from 1): doubled each time, and a random half of it off, so that
    /// those who failed together do not come back together.
    func delay(after attempt: Int) -> Duration {
        let doubled = firstDelay * (1 << min(attempt - 1, 20))
        return min(doubled, maximumDelay) * Double.random(in: 0.5...1)
    }
}

extension OutboundHTTPClient {
    /// Sends a request again after failures that may pass: a lost connection, 408, 429, 502, 503, 504.
    ///
    /// Only a request that can be repeated without effect is; others are sent again when they cannot have arrived.
    /// The deadline covers everything, and the last answer or error is what the caller gets.
    package func send(
        _ request: OutboundHTTPRequest, retrying policy: RetryPolicy
    ) async throws -> OutboundHTTPResponse {
        let end = ContinuousClock.now + request.deadline
        var attempt = 1
        while true {
            var request = request
            request.deadline = max(.zero, end - .now)
            let delay: Duration
            do {
                let answer = try await send(request)
                guard attempt < policy.attempts, request.canBeRepeated,
                    [408, 429, 502, 503, 504].contains(answer.status),
                    let wait = policy.delay(after: attempt, answer.headers), .now + wait < end
                else { return answer }
                delay = wait
            } catch let error as OutboundHTTPError {
                let mayPass = error == .connectionLost || error == .invalidResponse
                let isSafe = error.isBeforeSending ? request.body.isReplayable : mayPass && request.canBeRepeated
                delay = policy.delay(after: attempt)
                guard attempt < policy.attempts, isSafe, .now + delay < end else { throw error }
            }
            try await loop.sleep(for: delay)
            attempt += 1
        }
    }
}

extension RetryPolicy {
    /// The wait that the answer asks for or else the policy's own; nil when it asks for too long.
    fileprivate func delay(after attempt: Int, _ headers: HTTPHeaders) -> Duration? {
        guard let asked = headers["retry-after"].flatMap({ RetryAfter($0) }) else { return delay(after: attempt) }
        return asked.duration <= maximumRetryAfter ? max(asked.duration, delay(after: attempt)) : nil
    }
}
