import HTTPClient
import Testing

@testable import Gateway

struct UpstreamAddressTests {
    @Test func `a list has addresses and names`() throws {
        let list = try #require(
            UpstreamAddress.list("http://10.0.0.5:8101, dns+http://calls.internal:8102,http://[::1]:9"))
        #expect(list.map(\.endpoint.description) == ["10.0.0.5:8101", "calls.internal:8102", "[::1]:9"])
        #expect(list.map(\.isName) == [false, true, false])
    }

    @Test(arguments: [
        "", ",", "http://a:1,", "http://a:1,,http://b:1", "https://a:1", "dns+https://a:1", "a:1", "http://a:1/path",
        "http://a:1 http://b:1", "http://a:1,http://a:1", "http://user@a:1", "srv+http://a:1", "http://a:70000",
    ])
    func `anything else is none`(text: String) {
        #expect(UpstreamAddress.list(text) == nil)
    }
}
