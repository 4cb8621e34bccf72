import Models
import ServiceKit

/// The settings of the gateway.
struct GatewayConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration
    /// Where each service listens for the gateway.
    let upstreams: [ServiceName: WebAddress]
    let transport: TransportConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .gateway, loops: 2, hasInternalListener: false)
        var upstreams: [ServiceName: WebAddress] = [:]
        let base = process.port == 0 ? 8080 : process.port
        for service in ServiceName.services {
            upstreams[service] = environment.url(
                "\(service.rawValue.uppercased())_URL", "where \(service.rawValue) listens for the gateway",
                default: "http://127.0.0.1:\(min(65_535, base + service.portOffset))", example: "http://127.0.0.1:8101")
        }
        self.upstreams = upstreams
        transport = TransportConfiguration(&environment, gatewayPort: process.port)
    }
}
