import ServiceKit
import TLS
import Testing

@testable import Gateway

@Suite struct TransportConfigurationTests {
    private func read(_ values: [String: String], port: Int = 8080) -> (TransportConfiguration, [String]) {
        var environment = Environment(values)
        let configuration = TransportConfiguration(&environment, gatewayPort: port)
        return (configuration, environment.faults.map(\.name))
    }

    @Test func `without settings there is no TLS, and its port follows the gateway's`() {
        let (configuration, faults) = read([:])
        #expect(faults.isEmpty)
        #expect(configuration.certificates == nil && configuration.challenges == nil)
        #expect(configuration.port == 8443)
        #expect(read([:], port: 0).0.port == 0)
        #expect(configuration.minimumVersion == .v12)
        #expect(configuration.protocols == ["h2", "http/1.1"])
    }

    @Test func `settings are taken`() {
        let (configuration, faults) = read([
            "TLS_CERTIFICATES": "/etc/certificates/", "TLS_PORT": "443", "TLS_MIN": "1.3", "TLS_ALPN": "http/1.1",
            "ACME_CHALLENGES": "/var/acme",
        ])
        #expect(faults.isEmpty)
        #expect(configuration.certificates == "/etc/certificates" && configuration.challenges == "/var/acme")
        #expect(configuration.port == 443 && configuration.minimumVersion == .v13)
        #expect(configuration.protocols == ["http/1.1"])
    }

    @Test(arguments: [
        ("TLS_CERTIFICATES", "certificates"), ("TLS_MIN", "1.1"), ("TLS_ALPN", "spdy/3"), ("TLS_ALPN", "h2,h2"),
        ("TLS_ALPN", ","), ("ACME_CHALLENGES", "../acme"), ("TLS_PORT", "99999"),
    ])
    func `what cannot be is named`(name: String, value: String) {
        #expect(read([name: value]).1 == [name])
    }
}
