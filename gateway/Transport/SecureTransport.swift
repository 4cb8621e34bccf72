import Crypto
import Glibc
import IO
import JSON
import Models
import ServiceKit
import TLS
import Telemetry

/// The gateway's TLS: one for all loops of the process.
final class SecureTransport: Sendable {
    let certificates: CertificateFolder
    let port: Int
    private let tls: TLSServer

    /// Nil when no certificates are configured; reads them otherwise.
    static func open(_ seat: ServiceSeat<GatewayConfiguration>) async throws -> SecureTransport? {
        let configuration = seat.configuration.transport
        guard let path = configuration.certificates else {
            // What asks for certificates to be looked at does no harm where there are none.
            signal(SIGHUP, SIG_IGN)
            return nil
        }
        let certificates = CertificateFolder(
            path: path, preferredDomain: seat.configuration.process.baseURL.host, logger: seat.logger)
        try await WorkerPool.files.run { certificates.reload() }
        // Other copies of the gateway have the same keys and so open each other's tickets, and so does the next start.
        let secret = seat.secrets?.derivedKey(for: "switchboard tls tickets") ?? SecureRandom.bytes(32)
        return try SecureTransport(configuration, certificates, secret: secret, metrics: seat.metrics)
    }

    private init(
        _ configuration: TransportConfiguration, _ certificates: CertificateFolder, secret: [UInt8], metrics: Metrics
    ) throws {
        var settings = TLSSettings()
        settings.minimumVersion = configuration.minimumVersion
        settings.protocols = configuration.protocols
        settings.answerInClear = Self.answerInClear
        self.certificates = certificates
        port = configuration.port
        tls = try TLSServer(settings, certificates: certificates, ticketSecret: secret, metrics: metrics)
    }

    /// The listener's part of one loop.
    func listener() -> SecureListener {
        let acceptor = TLSAcceptor(tls)
        return SecureListener(port: port) { acceptor.secure($0) }
    }

    /// Keeps the certificates as their files are, until cancelled; SIGHUP has them looked at.
    func watch(_ seat: ServiceSeat<GatewayConfiguration>) async {
        let watch = CertificateWatch(
            folder: certificates, loop: seat.loop, logger: seat.logger, metrics: seat.metrics)
        let signal = SignalWatcher(loop: seat.loop, signal: SIGHUP) {
            seat.logger.info("Certificates are looked at")
            watch.reloadSoon()
        }
        await watch.run()
        signal.close()
    }

    /// For the operator's status page; an empty list without TLS.
    static func status(_ transport: SecureTransport?) -> JSONText {
        let reports = transport?.certificates.reports ?? []
        do { return try JSONText(encoding: reports.map(CertificateStatus.init)) } catch { return .emptyObject }
    }

    private static let answerInClear: [UInt8] = {
        let body = #"{"type":"about:blank","title":"This port speaks TLS.","status":400,"code":"bad_request"}"#
        return Array(
            """
            HTTP/1.1 400 Bad Request\r
            Content-Type: application/problem+json\r
            Cache-Control: no-store\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r
            \(body)
            """.utf8)
    }()
}

/// One certificate on the operator's status page.
struct CertificateStatus: Codable, Sendable {
    var name: String
    var hosts: [String]
    var issuer: String
    /// Null when nothing of that name is in use.
    var expiresAt: Timestamp?
    var expiresInDays: Int?
    var isTrusted: Bool
    var fault: String?

    init(_ report: CertificateReport) {
        name = report.name
        hosts = report.hosts
        issuer = report.issuer
        if report.expires > 0 {
            expiresAt = Timestamp(seconds: Int64(report.expires))
            expiresInDays = (report.expires - time(nil)) / 86_400
        }
        isTrusted = report.isTrusted
        fault = report.fault
    }
}
