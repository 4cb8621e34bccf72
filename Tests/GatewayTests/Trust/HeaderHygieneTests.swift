import HTTP
import Testing

@testable import Gateway

@Suite struct HeaderHygieneTests {
    /// Fields by which a caller could pretend to be somebody or somewhere else, in many spellings.
    private static let spoofable = """
        X-Switchboard-Gateway X-Switchboard-Tenant X-Switchboard-Client-Address X-Switchboard-Scheme X-Switchboard-Host
        x-switchboard-tenant X-SWITCHBOARD-TENANT X-Switchboard-Anything X-Switchboard-
        Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Prefix
        x-forwarded-for X-Real-IP X-Original-URL X-Rewrite-URL X-Original-Host X-Host X-Client-IP True-Client-IP
        CF-Connecting-IP X-HTTP-Method-Override X-Method-Override
        X_Switchboard_Tenant X_Switchboard-Tenant X-Switchboard_Tenant X_Forwarded_For Content_Length Any_Thing
        """
    /// RFC 9110, 7.6.1, and what belongs to the framing of one message.
    private static let hopByHop = """
        Connection Keep-Alive Proxy-Connection Proxy-Authenticate Proxy-Authorization TE Trailer Transfer-Encoding
        Upgrade Content-Length Expect connection KEEP-ALIVE transfer-encoding
        """

    private static func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }

    @Test func `what a caller could pretend with is not passed on`() {
        for name in Self.words(Self.spoofable) + Self.words(Self.hopByHop) {
            let kept = HeaderHygiene.forwarded([name: "1", "Accept": "text/plain", name: "2"])
            #expect(kept.map(\.name) == ["Accept"], "\(name)")
        }
    }

    @Test func `fields of the connection are not passed back either`() {
        for name in Self.words(Self.hopByHop) + ["Server", "X-Powered-By", "Date", "X-Switchboard-Tenant"] {
            let kept = HeaderHygiene.answered([name: "1", "ETag": "\"7\""])
            #expect(kept.map(\.name) == ["ETag"], "\(name)")
        }
    }

    @Test func `fields that Connection names go with it`() {
        let headers: HTTPHeaders = [
            "Connection": "close, X-One ,\tx-TWO", "X-One": "1", "X-Two": "2", "X-Three": "3", "connection": "X-Four",
            "X-Four": "4", "x-one": "5",
        ]
        #expect(HeaderHygiene.forwarded(headers).map(\.name) == ["X-Three"])
        #expect(HeaderHygiene.answered(headers).map(\.name) == ["X-Three"])
    }

    @Test func `Connection can make nothing pass that would not`() {
        let headers: HTTPHeaders = ["Connection": "", "X-Switchboard-Tenant": "1", "Accept": "*/*"]
        #expect(HeaderHygiene.forwarded(headers).map(\.name) == ["Accept"])
    }

    @Test func `all else is passed on in order, as it was written`() {
        let headers: HTTPHeaders = [
            "Host": "acme.localhost", "Authorization": "Bearer x", "Content-Type": "application/json",
            "Idempotency-Key": "k", "If-Match": "\"3\"", "Range": "bytes=0-1", "Accept": "a", "Accept": "b",
            "Cookie": "refresh=1", "traceparent": "00-1", "Content-Encoding": "gzip",
        ]
        #expect(
            HeaderHygiene.forwarded(headers).map { "\($0.name):\($0.value)" }
                == headers.map { "\($0.name):\($0.value)" })
    }
}
