import HTTPClient
import HTTP
import JSON
import Models
import Web

/// One kind of phone system: how its hooks are verified and read, and what it can be asked.
///
/// An adapter holds no state and touches no database; everything that it needs of a tenant is in the connection. A new
/// one is a file with a type of this shape, and a line in `CallProviders.all`.
protocol CallProvider: Sendable {
    /// The word of `ProviderTable` and of the hook's path.
    var name: String { get }

    /// Throws `Failure(.invalidSignature)` unless the raw bytes come from whom the connection trusts.
    ///
    /// Age is measured against `hook.receivedAt`; each of `connection.webhookSecrets` counts; comparisons take constant time.
    func verify(_ hook: ProviderHook, _ connection: InternalAPI.Connection) throws

    /// The calls that a payload tells of; empty for what is none of our business. Throws `ProviderError` for what cannot be read.
    ///
    /// The same payload always gives the same reports: a day is replayed from what was stored. The standard is that of `read`.
    func reports(of payload: HookPayload, _ connection: InternalAPI.Connection) throws -> [CallReport]

    /// The same for payloads of many records, of which one may be unreadable without costing the others; the standard is
    /// that of `reports`. An adapter has one of the two.
    func read(_ payload: HookPayload, _ connection: InternalAPI.Connection) throws -> PayloadReading

    /// What the provider itself says of a call now; nil when it knows none or cannot be asked.
    func fetch(
        _ externalID: String, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> CallReport?

    /// Opens the bytes of a recording; throws `ProviderError` with whether and when to come back.
    ///
    /// The standard is a GET of the locator, with the connection's `authorization` for `providerURL`.
    func open(
        _ recording: RecordingReference, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> OutboundHTTPStream

    /// Tries the credentials without changing anything at the provider; throws `ProviderError` saying what is wrong.
    func check(_ connection: InternalAPI.Connection, _ client: OutboundHTTPClient) async throws

    /// How often `poll` is asked; nil where hooks tell everything.
    var pollInterval: Duration? { get }

    /// What is new since `cursor`, which `poll` itself made the last time (nil the first time); reports may repeat.
    func poll(
        _ cursor: JSONText?, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderPoll

    /// Headers that open the provider's API and its `providerURL`s.
    func authorization(_ connection: InternalAPI.Connection) -> HTTPHeaders

    /// A made-up hook as the provider would send it, signed with the connection's own secret; nil where it has none.
    ///
    /// `url` is the public address of the connection's hooks, which some signatures cover.
    func sample(_ connection: InternalAPI.Connection, url: String, now: Timestamp) throws -> HookSample?

    /// Has the provider expect a call that has not begun; nil where that cannot be.
    func register(
        _ call: CallRegistration, _ connection: InternalAPI.Connection, _ client: OutboundHTTPClient
    ) async throws -> ProviderRegistration?

    /// An answer to a hook that `HookTable` says is asked; nil lets the gateway's fallback speak.
    func answer(_ question: HookQuestion, _ connection: InternalAPI.Connection) throws -> HTTPResponse?
}

/// A hook as it was stored: what adapters make reports of, at once or again years later.
struct HookPayload: Sendable {
    var method: HTTPMethod
    /// What follows the connection's id in the path: `["status"]`.
    var rest: [String]
    /// Without the question mark, not decoded; nil when there is none.
    var query: String?
    var contentType: String?
    var body: [UInt8]
    var receivedAt: Timestamp
}

/// A hook that nobody sent.
struct HookSample: Sendable {
    /// What follows the connection's id in the path, with its slash.
    var rest = ""
    var headers: HTTPHeaders
    var body: [UInt8]
}

/// A question that a provider waits to have answered, verified already.
struct HookQuestion: Sendable {
    var payload: HookPayload
    /// The public address of the hook without its rest and query, for addresses in answers.
    var hookURL: String
    var tenant: TenantID
}

/// One page of what a polled provider has.
struct ProviderPoll: Sendable {
    var reports: [CallReport]
    /// What the page has and cannot be read: kept like what a hook brings, so that it is seen and can be read again.
    var unread: [UnreadRecord] = []
    /// Given back at the next poll.
    var cursor: JSONText?
    /// Whether the next page is to be asked for at once.
    var hasMore = false
}

/// Why a provider's payload or answer is of no use; stable words that name no address and no secret.
struct ProviderError: Error, Sendable, Equatable {
    /// What the tenant has to do with it.
    enum Kind: String, Sendable {
        /// The credentials are wrong or may not do this: told at once.
        case credentials
        /// Asked too often.
        case limited
        /// Away, slow or broken: may pass.
        case unavailable
        /// It has no such thing (any more).
        case missing
        /// What it said cannot be read.
        case invalid
        /// The address is none that may be connected to.
        case refused
        /// Somebody else brings it: nothing is wrong, and there is nothing to ask for.
        case awaited
    }

    var kind: Kind
    var detail: String
    /// How long the provider asks to be left alone.
    var retryAfter: Duration?

    init(_ kind: Kind, _ detail: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// Whether the same may succeed later.
    var isRetryable: Bool { kind == .limited || kind == .unavailable }
}
