import Clients
import IO
import ServiceKit

/// What the edges of all loops have in common.
struct EdgeShare: Sendable {
    /// Threads that compress large answers.
    private static let compressors = 2
    private static let waitingForCompressors = 256

    let sites: StaticSites
    private let compression: AnswerCompression

    init(_ seat: ServiceSeat<GatewayConfiguration>) async {
        let settings = seat.configuration.edge
        sites = StaticSites(console: settings.consoleFolder, widget: settings.widgetFolder, logger: seat.logger)
        await sites.refresh()
        compression = AnswerCompression(
            pool: WorkerPool(
                name: "compression", threads: Self.compressors, queueLimit: Self.waitingForCompressors))
    }

    /// The edge of one loop.
    func edge(_ seat: ServiceSeat<GatewayConfiguration>, _ state: ChangeFeedState) -> Edge {
        Edge(proxies: seat.configuration.edge.proxies, state: state, sites: sites, compression: compression)
    }
}
