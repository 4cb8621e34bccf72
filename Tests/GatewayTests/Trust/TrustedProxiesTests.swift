import HTTP
import HTTPClient
import IO
import Testing

@testable import Gateway

@Suite struct TrustedProxiesTests {
    private static func origin(
        _ field: TrustedProxies.Field, _ peer: String, _ headers: HTTPHeaders
    ) throws -> TrustedProxies.Origin {
        let blocks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"].compactMap { AddressBlock($0) }
        #expect(blocks.count == 3)
        let remote = try #require(SocketAddress(host: peer, port: 4711))
        return TrustedProxies(blocks: blocks, field: field).origin(
            of: HTTPRequest(method: .get, target: "/", headers: headers, remote: remote))
    }

    /// A peer, the values of X-Forwarded-For between bars, and the client.
    @Test(arguments: [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1|198.51.100.1|10.9.9.9, 192.0.2.1", "198.51.100.1"),
        ("10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "nonsense", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1, nonsense", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1, unknown, 10.0.0.7", "10.0.0.7"),
        ("10.1.2.3", "198.51.100.1,", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1:4711", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1:99999999", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1:http", "10.1.2.3"),
        ("10.1.2.3", "2600::9", "2600::9"),
        ("10.1.2.3", "[2600::9]", "2600::9"),
        ("10.1.2.3", "[2600::9]:443", "2600::9"),
        ("10.1.2.3", "[2600::9", "10.1.2.3"),
        ("10.1.2.3", "[198.51.100.1]", "10.1.2.3"),
        ("2001:db8::5", "198.51.100.1", "198.51.100.1"),
        ("2001:db9::5", "198.51.100.1", "2001:db9::5"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "\t198.51.100.1 ", "198.51.100.1"),
        ("11.1.2.3", "10.0.0.1", "11.1.2.3"),
    ])
    func `the client is the last address that is no trusted proxy`(
        peer: String, field: String, client: String
    ) throws {
        var headers: HTTPHeaders = [:]
        for value in field.split(separator: "|", omittingEmptySubsequences: false) {
            headers.add("X-Forwarded-For", String(value))
        }
        #expect(try Self.origin(.forwardedFor, peer, headers).address == client)
        // The field that these proxies do not write is the client's own.
        #expect(try Self.origin(.forwarded, peer, headers).address == peer)
    }

    @Test(arguments: [
        (#"for=198.51.100.1"#, "198.51.100.1", nil),
        (#"For="198.51.100.1:80";proto=HTTPS;by=10.0.0.1"#, "198.51.100.1", "https"),
        (#"for="[2600::9]:4711";proto=http"#, "2600::9", "http"),
        (#"for=1.1.1.1;proto=http, for=198.51.100.1;proto=https, for=10.0.0.4"#, "198.51.100.1", "https"),
        (#"for=1.1.1.1, for=_hidden"#, "10.1.2.3", nil),
        (#"for=1.1.1.1, for=unknown, for=10.0.0.4;proto=https"#, "10.0.0.4", "https"),
        (#"for="1.1.1.1, for=2.2.2.2""#, "10.1.2.3", nil),
        (#"for="1.1.1.1\", for=10.0.0.9"#, "10.1.2.3", nil),
        (#"for=198.51.100.1;for=198.51.100.2"#, "10.1.2.3", nil),
        (#"198.51.100.1"#, "10.1.2.3", nil),
        (#"for=198.51.100.1;proto=gopher"#, "198.51.100.1", nil),
    ])
    func `Forwarded is read as RFC 7239 has it`(field: String, client: String, scheme: String?) throws {
        let expected = TrustedProxies.Origin(address: client, scheme: scheme)
        #expect(try Self.origin(.forwarded, "10.1.2.3", ["Forwarded": field]) == expected)
        #expect(try Self.origin(.forwarded, "203.0.113.7", ["Forwarded": field]).address == "203.0.113.7")
        #expect(try Self.origin(.forwardedFor, "10.1.2.3", ["Forwarded": field]).address == "10.1.2.3")
    }

    @Test(arguments: [
        ("https", "https"), ("http", "http"), ("HTTPS", "https"), ("http, https", "https"), ("wss", nil), ("", nil),
    ])
    func `a trusted proxy says how the client came`(field: String, scheme: String?) throws {
        let headers: HTTPHeaders = ["X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": field]
        #expect(try Self.origin(.forwardedFor, "10.1.2.3", headers).scheme == scheme)
        #expect(try Self.origin(.forwardedFor, "203.0.113.7", headers).scheme == nil)
    }

    @Test func `a chain of any length is read from its end only`() throws {
        let long = (0..<5000).map { "198.51.100.\($0 % 250)" }.joined(separator: ",") + ",10.0.0.1"
        #expect(try Self.origin(.forwardedFor, "10.1.2.3", ["X-Forwarded-For": long]).address == "198.51.100.249")
    }

    @Test func `the service hears of the client's address and scheme, from a trusted proxy alone`() async throws {
        let headers: HTTPHeaders = ["X-Forwarded-For": "1.1.1.1, 198.51.100.1", "X-Forwarded-Proto": "https"]
        for (block, address, scheme) in [
            ("127.0.0.0/8", "198.51.100.1", "https"), ("10.0.0.0/8", "127.0.0.1", "http"),
        ] {
            let asked = Asked()
            let proxies = TrustedProxies(blocks: [try #require(AddressBlock(block))], field: .forwardedFor)
            try await DoorUnderTest.with(edge: EdgeUnderTest(proxies: proxies), service: asked.handler()) {
                door async throws in
                #expect(try await door.send(headers).status == 200)
                let fields = try #require(asked.requests.first).headers
                #expect(fields.all(named: "x-switchboard-client-address") == [address])
                #expect(fields.all(named: "x-switchboard-scheme") == [scheme])
                #expect(!fields.contains("x-forwarded-for") && !fields.contains("x-forwarded-proto"))
            }
        }
    }
}
