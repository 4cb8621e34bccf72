import HTTPClient
import IO
import Models

/// One copy of a service, as one loop sees it.
///
/// Confined to its loop.
final class UpstreamCopy {
    let endpoint: HTTPEndpoint
    var health = CopyHealth()
    /// Requests whose answers have not come to their end.
    private(set) var inFlight = 0
    /// When its state began to be what it is.
    var since = Timestamp.now()
    /// On the loop's clock.
    var nextProbe: UInt64 = 0
    var isProbed = false
    private var tally: CopyTally

    init(_ endpoint: HTTPEndpoint, now: UInt64) {
        self.endpoint = endpoint
        tally = CopyTally(now: now)
    }

    func begin(at now: UInt64) {
        inFlight += 1
        health.begin(at: now)
    }

    /// The answer has been passed on, or there will be none.
    func end() { inFlight -= 1 }

    func record(microseconds: UInt64, isFailure: Bool, at now: UInt64) {
        tally.record(microseconds: microseconds, isFailure: isFailure, at: now)
    }

    func report(at now: UInt64, isLeaving: Bool) -> CopyReport {
        CopyReport(
            address: endpoint.description, state: isLeaving ? "leaving" : health.word(at: now), since: since,
            inFlight: inFlight, minute: tally.minute(at: now))
    }
}

/// Held for as long as an answer is being passed on; then its copy has one request less.
final class UpstreamHold: Sendable {
    private let loop: EventLoop
    private let end: @Sendable () -> Void

    init(_ copy: UpstreamCopy, on loop: EventLoop) {
        self.loop = loop
        let confined = Confined(copy: copy)
        end = { confined.copy.end() }
    }

    deinit { loop.execute(end) }

    /// Sendable because it is used on the copy's loop alone.
    private struct Confined: @unchecked Sendable {
        let copy: UpstreamCopy
    }
}

/// The head of an answer, and what is to be kept until its body has ended.
struct UpstreamAnswer: Sendable {
    let response: HTTPClientResponse
    /// Nil when the whole answer is there already.
    let hold: UpstreamHold?
}
