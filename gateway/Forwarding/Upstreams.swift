import HTTPClient
import Models
import ServiceKit

/// Where the services are, and the connections to them.
///
/// Confined to its loop.
final class Upstreams: @unchecked Sendable {
    let http: InternalHTTPClient
    private let endpoints: [HTTPEndpoint]

    init(_ addresses: [ServiceName: WebAddress], http: InternalHTTPClient) {
        self.http = http
        endpoints = ServiceName.services.map { service in
            let address = addresses[service] ?? .nowhere
            return HTTPEndpoint(host: address.host, port: address.port)
        }
    }

    func endpoint(of service: ServiceName) -> HTTPEndpoint { endpoints[place(of: service)] }

    /// The service's place in the order of ports.
    func place(of service: ServiceName) -> Int { max(0, service.portOffset - ServiceName.tenancy.portOffset) }
}
