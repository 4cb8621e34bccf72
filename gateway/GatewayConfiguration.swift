import Models
import ServiceKit

/// The settings of the gateway.
struct GatewayConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration
    let transport: TransportConfiguration
    /// Where the copies of each service listen for the gateway.
    let upstreams: [ServiceName: [UpstreamAddress]]
    /// Requests that one copy of a service is given at a time by one loop; more wait in a line.
    let upstreamConnections: Int
    /// How long a WebSocket or a stream of events may be silent.
    let tunnelIdle: Duration
    let inbox: InboxSettings
    let limits: LimitConfiguration
    let edge: EdgeConfiguration

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .gateway, poolSize: 3, loops: 2)
        var upstreams: [ServiceName: [UpstreamAddress]] = [:]
        let base = process.port == 0 ? 8080 : process.port
        for service in ServiceName.services {
            let usual = "http://127.0.0.1:\(min(65_535, base + service.portOffset))"
            let given = environment.read(
                "\(service.rawValue.uppercased())_URL",
                "where \(service.rawValue) listens for the gateway; several copies between commas",
                example: "http://10.0.0.5:8101,dns+http://\(service.rawValue).internal:8101", default: usual
            ) { text throws(EnvironmentFault) in
                guard let list = UpstreamAddress.list(text) else {
                    throw EnvironmentFault(
                        "must be http://host:port or dns+http://name:port, one or more")
                }
                return list
            }
            upstreams[service] = given ?? UpstreamAddress.list(usual)
        }
        self.upstreams = upstreams
        transport = TransportConfiguration(&environment, gatewayPort: process.port)
        upstreamConnections = environment.integer(
            "UPSTREAM_CONNECTIONS", "requests that a loop gives one copy of a service at a time", default: 512,
            in: 1...20_000)
        tunnelIdle = environment.duration(
            "TUNNEL_IDLE", "how long a WebSocket or a stream of events may be silent", default: 300, in: 10...86_400)
        inbox = InboxSettings(&environment)
        limits = LimitConfiguration(&environment)
        edge = EdgeConfiguration(&environment)
    }
}
