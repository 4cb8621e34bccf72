import Auth
import Clients
import HTTP
import IO
import Models
import Telemetry

/// One request on its way through the door, with what the stages have found out about it.
///
/// Confined to its loop, hence `@unchecked Sendable`.
final class Visit: @unchecked Sendable {
    let requestID: RequestID
    let requestIDText: String
    /// On the loop's clock.
    let started: UInt64
    var request: HTTPRequest
    /// The target's path, not decoded.
    let path: String
    /// The Host field as it came.
    let host: String
    /// Where the client is, as far as the proxies in front are believed.
    var clientAddress: String
    /// `http` or `https`, as the client sees it.
    var scheme: String

    /// What there is to ask of the request's fields, as it came.
    let fields: RequestFields

    /// The request's step in its trace, and the one that caused it.
    private(set) var trace: TraceContext
    private(set) var cause: SpanID?

    var tenant: FeedTenant?
    var route: DoorRoute?
    var authorization = Authorization.none
    /// What it offers to go on with, if the request is for WebSocket.
    var offer: UpgradeOffer?
    /// Counts what goes both ways once the service has agreed.
    var relay: Relay?
    /// What stands for the API key that was shown, if one was.
    var apiKey: String?
    /// The tenant's bucket that the request was counted in.
    var limit: LeasedBucket?
    /// Whence the request's place among those that run is.
    var place: LeasedBucket?
    /// What is left of the address's limit, when that was looked at.
    var addressLimit: (traffic: AddressLimits.Traffic, left: Int)?
    var edge = EdgeNotes()
    /// Fields that the answer carries, whoever gives it.
    var answerLines = HTTPFieldLines()

    init(_ request: HTTPRequest, requestID: RequestID, started: UInt64, scheme: String) {
        self.request = request
        self.requestID = requestID
        requestIDText = requestID.description
        self.started = started
        self.scheme = scheme
        path = request.path
        host = request.headers["host"] ?? ""
        clientAddress = request.remote.host
        fields = RequestFields(request.headers)
        if fields.contains(.traceparent),
            let given = request.headers["traceparent"].flatMap(TraceContext.init(traceparent:))
        {
            trace = given.child()
            cause = given.spanID
        } else {
            let (high, low) = requestID.uuid.halves
            trace = .make(high: high, low: low)
        }
    }
}

/// What becomes of a request's Authorization field.
enum Authorization {
    case none
    case asItCame
    /// An API key, and the token that stands for it.
    case exchanged(String)
}
