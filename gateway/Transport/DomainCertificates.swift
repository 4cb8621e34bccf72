import Clients
import HTTP
import IO
import Models
import TLS
import Telemetry

/// Tells tenancy until when the folder has a certificate for each tenant's domain, so that its owner sees it.
///
/// Told again after each start and whenever it changes; several gateways say the same. Confined to its loop.
final class DomainCertificates: @unchecked Sendable {
    private static let interval = Duration.seconds(30)

    private let certificates: CertificateFolder
    private let state: ChangeFeedState
    private let tenancy: ServiceClient
    private let loop: EventLoop
    private let logger: Logger
    /// What tenancy knows from here, and of whose domain.
    private var told: [String: InternalAPI.DomainCertificate] = [:]

    init(
        certificates: CertificateFolder, state: ChangeFeedState, tenancy: ServiceClient, loop: EventLoop, logger: Logger
    ) {
        self.certificates = certificates
        self.state = state
        self.tenancy = tenancy
        self.loop = loop
        self.logger = logger
    }

    /// Looks and tells until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                if state.isCurrent { try await tell() }
                try await loop.sleep(for: Self.interval)
            } catch is CancellationError {
                return
            } catch {
                logger.warning("Tenancy was not told of certificates", [.error("error", error)])
                do { try await loop.sleep(for: Self.interval) } catch { return }
            }
        }
    }

    /// Tells what has changed since.
    func tell() async throws {
        let reports = certificates.reports
        let domains = state.domains
        told = told.filter { domains[$0.key] == $0.value.tenantID }
        for (name, tenant) in domains {
            let certificate = InternalAPI.DomainCertificate(
                name: name, tenantID: tenant, expiresAt: Self.expiry(of: name, in: reports))
            guard told[name] != certificate else { continue }
            try await tenancy.send(.put, "/internal/domains/certificate", certificate, scope: .init(tenant: tenant))
            told[name] = certificate
        }
    }

    /// When the certificate for a host ends that ends last; a wildcard stands for one label.
    static func expiry(of host: String, in reports: [CertificateReport]) -> Timestamp? {
        let wildcard = host.firstIndex(of: ".").map { "*\(host[$0...])" }
        let ends = reports.filter { report in
            report.expires > 0 && report.hosts.contains { $0 == host || $0 == wildcard }
        }.map(\.expires)
        return ends.max().map { Timestamp(seconds: Int64($0)) }
    }
}
