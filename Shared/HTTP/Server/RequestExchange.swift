/// One request and the way back to its client: what `RequestRunners` runs a handler for.
protocol RequestExchange: AnyObject, Sendable {
    /// The request for its handler; nil when nobody waits for the answer any more.
    func takeRequest(for runner: RequestRunners.Runner) -> HTTPRequest?
    /// Writes the response, or its head; returns the stream that is to be run, if there is one.
    func respond(_ response: HTTPResponse) -> BodyStream?
    /// Writes the rest of the response.
    func run(_ stream: BodyStream) async
}

/// A client's connection of whatever version, as its server sees it.
protocol ClientConnection: AnyObject {
    /// The index in the server's list.
    var slot: Int { get set }
    /// Looks at the limits of the phase; called by the server's sweep.
    func checkTimes(at now: UInt64)
    /// On a graceful stop: tells the client, where the version has a way to.
    func beginDrain()
    /// On a graceful stop: nothing is lost by closing here.
    func closeIfIdle()
    /// On a graceful stop: the handlers of upgraded requests are told to end.
    func endTunnel()
    /// The time of a graceful stop is over.
    func abandon()
}
