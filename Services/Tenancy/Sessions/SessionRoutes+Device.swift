import HTTP
import Models
import Web

/// Where a sign-in comes from, for the person's own list of sessions.
struct Device: Sendable {
    /// Longer names are cut: browsers' own are a third of this.
    private static let longestUserAgent = 300

    var userAgent: String?
    var address: String?
    /// Nil when nobody's browser or program asked.
    var client: SessionClient?

    init(_ context: RequestContext, _ headers: RequestHeaders, isCookie: Bool) {
        userAgent = headers.headers["user-agent"].map { String($0.unicodeScalars.prefix(Self.longestUserAgent)) }
        address = context.clientAddress
        client = isCookie ? .browser : .api
    }

    /// What is known of a sign-in that no person's request began.
    static let unknown = Device()

    private init() {}
}
