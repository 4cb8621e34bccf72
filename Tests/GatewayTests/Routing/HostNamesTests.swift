import ServiceKit
import Testing

@testable import Gateway

@Suite struct HostNamesTests {
    private func hosts(_ base: String) throws -> HostNames {
        let address = try #require(WebAddress(base))
        return try #require(HostNames(base: address))
    }

    @Test(arguments: [
        ("acme.localhost", "acme"), ("acme.localhost:8080", "acme"), ("ACME.LocalHost:1", "acme"),
        ("admin.localhost:8080", "admin"), ("a-1.localhost", "a-1"),
        ("acme.localhost.", "acme"), ("acme.localhost.:8080", "acme"),
    ])
    func `a label under the base domain is a tenant's, whatever its case and port`(host: String, label: String) throws {
        #expect(try hosts("http://localhost:8080").place(of: host) == .label(label))
    }

    @Test func `the base domain and the shared host are nobody's`() throws {
        let hosts = try hosts("https://calls.example.com")
        #expect(hosts.place(of: "calls.example.com") == .base)
        #expect(hosts.place(of: "Calls.Example.com:443") == .base)
        #expect(hosts.place(of: "app.calls.example.com") == .app)
        #expect(hosts.place(of: "APP.calls.example.com:443") == .app)
    }

    @Test(arguments: [
        "example.com", "evilcalls.example.com", "calls.example.com.evil.org",
        "a.b.calls.example.com", "acme.app.calls.example.com", "203.0.113.9", "localhost",
    ])
    func `every other host is somebody's own domain`(host: String) throws {
        #expect(try hosts("https://calls.example.com").place(of: host) == .foreign(host))
    }

    @Test func `a domain is looked for in lower case, without its port and the dot at its end`() throws {
        let hosts = try hosts("https://calls.example.com")
        for host in ["Calls.ACME.example", "calls.acme.example:443", "calls.acme.example.", "calls.acme.example.:8443"]
        {
            #expect(hosts.place(of: host) == .foreign("calls.acme.example"))
        }
        // What is not ASCII comes as punycode, and is registered so.
        #expect(hosts.place(of: "XN--Bcher-KVA.example") == .foreign("xn--bcher-kva.example"))
    }

    @Test func `a numeric host loses its brackets and its port`() throws {
        #expect(try hosts("http://localhost").place(of: "[2001:DB8::1]:8080") == .foreign("2001:db8::1"))
        #expect(try hosts("http://localhost").place(of: "127.0.0.1:8080") == .foreign("127.0.0.1"))
    }

    @Test(arguments: ["", ":", ".localhost", ":80", "[", "[]", "]"])
    func `what is hardly a host is no tenant's label`(host: String) throws {
        switch try hosts("http://localhost").place(of: host) {
        case .label(let label): #expect(label == "", "no tenant has an empty label")
        case .foreign, .app, .base: break
        }
    }
}
