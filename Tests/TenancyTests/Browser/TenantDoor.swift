import Auth
import HTTP
import IO
import Models
import Telemetry
import WebTestSupport

@testable import Tenancy

/// Stands where the gateway stands: a listener that gives a browser pages of the tenants' hosts and takes its requests to tenancy.
///
/// Confined to the test's loop.
final class TenantDoor: @unchecked Sendable {
    private let world: TenancyWorld
    private let page: [UInt8]
    private let socket: ListeningSocket
    private var server: HTTPServer?

    var port: Int { socket.port }

    init(_ world: TenancyWorld, page: String) throws {
        self.world = world
        self.page = Array(page.utf8)
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let server = HTTPServer(
            loop: world.loop, socket: socket, logger: Logger(service: "door", level: .error), metrics: Metrics()
        ) { [unowned self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    func stop() async { await server?.drain(within: .seconds(1)) }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.path.hasPrefix("/api/") else {
            return HTTPResponse(status: 200, headers: ["Content-Type": "text/html"], body: .bytes(page))
        }
        let host = request.headers["host"] ?? ""
        var request = request
        do {
            request.headers.set("X-Switchboard-Gateway", try world.trust.serviceToken(.gateway))
        } catch {
            return HTTPResponse(status: 500)
        }
        let tenant = host.hasPrefix("globex.") ? world.other : world.tenant
        request.headers.set("X-Switchboard-Tenant", tenant.description)
        request.headers.set("X-Switchboard-Client-Address", "203.0.113.7")
        request.headers.set("X-Switchboard-Scheme", "http")
        request.headers.set("X-Switchboard-Host", host)
        return await world.service(request)
    }
}
