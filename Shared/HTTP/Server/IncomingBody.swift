/// The body of the request that a connection is receiving.
///
/// Confined to its loop.
final class IncomingBody {
    let body: HTTPBody
    var decoder: BodyDecoder
    /// Whether the client waits to be told to go on.
    var awaitsContinue: Bool
    /// Nobody will read the rest.
    var isDiscarded = false
    /// Bytes of the body that have come.
    var received: Int64 = 0
    private var lastByte: UInt64
    private var windowStart: UInt64
    private var windowBytes = 0

    init(body: HTTPBody, decoder: BodyDecoder, awaitsContinue: Bool, now: UInt64) {
        self.body = body
        self.decoder = decoder
        self.awaitsContinue = awaitsContinue
        lastByte = now
        windowStart = now
    }

    func count(_ bytes: Int, at now: UInt64) {
        awaitsContinue = false
        received += Int64(bytes)
        windowBytes += bytes
        lastByte = now
    }

    /// Time in which the socket was not read is not the client's.
    func restartClock(at now: UInt64) {
        lastByte = now
        windowStart = now
        windowBytes = 0
    }

    /// Whether the client has paused too long or sent too little over the last period.
    func isTooSlow(at now: UInt64, idle: UInt64, minimumRate: Int) -> Bool {
        // A client that has not been told to go on owes nothing yet.
        guard !awaitsContinue else { return false }
        if now >= lastByte + idle { return true }
        guard now >= windowStart + idle else { return false }
        let needed = Int(now - windowStart) * minimumRate / 1000
        let isShort = windowBytes < needed
        windowStart = now
        windowBytes = 0
        return isShort
    }
}
