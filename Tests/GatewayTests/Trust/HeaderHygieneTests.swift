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
        X-Forwarded X-Forwarded-By X-Forwarded-Anything X-FORWARDED-SSL X-Original-URI X-Cluster-Client-IP X-Remote-IP
        X-Remote-Addr Fastly-Client-IP X-Azure-ClientIP X-Envoy-External-Address X-AppEngine-User-IP Client-IP Remote-Addr
        X-URL-Scheme X-Scheme Front-End-Https X-HTTP-Method X-Remote-User Remote-User X-User X-Authenticated-User
        X-Client-Cert X-SSL-Client-Verify X-SSL-Anything Via Proxy
        X_Switchboard_Tenant X_Switchboard-Tenant X-Switchboard_Tenant X_Forwarded_For Content_Length Any_Thing
        """
    /// RFC 9110, 7.6.1, and what belongs to the framing of one message.
    private static let hopByHop = """
        Connection Keep-Alive Proxy-Connection Proxy-Authenticate Proxy-Authorization TE Trailer Transfer-Encoding
        Upgrade Content-Length Expect connection KEEP-ALIVE transfer-encoding
        """

    /// Fields by which a service would tell what it is.
    private static let telling = """
        Server X-Powered-By Date X-Switchboard-Tenant Via VIA X-Runtime X-Generator X-Served-By X-Backend X-Cache X-Upstream
        X-AspNet-Version X-Hostname X-Debug Alt-Svc
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
        for name in Self.words(Self.hopByHop) + Self.words(Self.telling) {
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

    @Test func `every spelling of an identity field is the same field`() {
        for name in ["x-switchboard-tenant", "x-forwarded-for", "x-real-ip"] {
            for spelling in [
                name, name.uppercased(), "X" + name.dropFirst(), name.uppercased().replacing("X-", with: "x-"),
            ] {
                for joined in [spelling, spelling.replacing("-", with: "_")] {
                    #expect(HeaderHygiene.forwarded([joined: "1"]).isEmpty, "\(joined)")
                }
            }
            // Named by Connection it goes too, and so does what is named beside it.
            let named: HTTPHeaders = ["Connection": "\(name), X-Kept", name: "1", "X-Kept": "2", "X-Other": "3"]
            #expect(HeaderHygiene.forwarded(named).map(\.name) == ["X-Other"])
        }
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
