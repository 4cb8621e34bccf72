/// The bounds of HTTP/2 connections, beside those of `HTTPServerConfiguration`.
///
/// The budgets are for frames that cost the server something and the client nothing. Each is a number of frames at once
/// and a number that comes back every second; who needs more is sent away with ENHANCE_YOUR_CALM.
package struct HTTP2Limits: Sendable {
    /// A number of frames at once, and how many more every second.
    package struct Budget: Sendable {
        package var burst: Int
        package var perSecond: Int

        package init(burst: Int, perSecond: Int) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    /// Requests of one connection that run at a time; also those whose stream is gone and whose handler still runs.
    package var concurrentStreams = 100
    /// Bytes of a request's body that may wait for its handler.
    package var streamWindow = 262_144
    /// The same of all requests of a connection together.
    package var connectionWindow = 1_048_576
    /// Bytes of the table in which the names and values of answers are remembered (RFC 7541, 4.2).
    package var answerTable = 2048
    /// Frames after the first of one header block.
    package var continuations = 8
    /// Streams that the client takes back, or that end by an error of the client (CVE-2023-44487 and its kin).
    package var resets = Budget(burst: 200, perSecond: 20)
    /// PING, SETTINGS, PRIORITY, empty DATA and frames that nobody knows.
    package var idleFrames = Budget(burst: 500, perSecond: 50)
    /// WINDOW_UPDATE; each DATA frame that is sent allows for more.
    package var windowUpdates = Budget(burst: 2000, perSecond: 200)

    package init() {}
}
