import BlobStore
import HTTPClient
import IO
import Models
import ServiceKit
import Telemetry

/// The settings of tenancy.
struct TenancyConfiguration: ServiceConfiguration {
    let process: ProcessConfiguration
    /// What each service shows for its tokens.
    let serviceSecrets: [ServiceName: Secret<String>]
    /// The first super admin, read at `bootstrap` alone.
    let adminEmail: String?
    let adminPassword: Secret<String>?
    /// How many passwords are hashed at once.
    let passwordThreads: Int
    /// Where tenants' archives lie until they were fetched.
    let exportsFolder: String
    /// The longest that backups are kept, and so the longest that erasures have to be known again.
    let backupLife: Duration
    /// A bucket in place of the folder.
    let exportsBucket: S3Configuration?
    /// Who is asked for the records of tenants' domains; nil for the servers of the machine.
    let resolver: SocketAddress?
    /// Addresses of identity providers that are not public and may be asked all the same.
    let providerAddresses: [AddressGuard.Exception]

    init(_ environment: inout Environment) {
        process = ProcessConfiguration(&environment, service: .tenancy, poolSize: 4)
        var secrets: [ServiceName: Secret<String>] = [:]
        for service in ServiceName.allCases {
            secrets[service] = environment.optionalSecret(
                "SERVICE_SECRET_\(service.rawValue.uppercased())", "what \(service.rawValue) shows for its tokens",
                example: "openssl rand -base64 32")
        }
        // Its own secret it knows twice, as whoever asks and as whoever is asked.
        secrets[.tenancy] = secrets[.tenancy] ?? process.serviceSecret
        serviceSecrets = secrets
        adminEmail = environment.optionalText(
            "ADMIN_EMAIL", "the first super admin's address, for `bootstrap`", example: "admin@example.com")
        adminPassword = environment.optionalSecret(
            "ADMIN_PASSWORD", "the first super admin's password, for `bootstrap`", example: "a long phrase")
        passwordThreads = environment.integer(
            "PASSWORD_THREADS", "how many passwords are hashed at once", default: 1, in: 1...16)
        exportsFolder = environment.folder(
            "EXPORTS", "the folder of tenants' archives, of one week each", default: process.dataFolder + "/exports",
            example: "/var/lib/switchboard/exports")
        let backupDays = environment.integer(
            "BACKUP_DAYS", "the days that the oldest backup is kept; erasures are remembered for restores as long",
            default: 400, in: 1...36_500)
        backupLife = .seconds(86_400 * backupDays)
        exportsBucket = S3Configuration.read(
            &environment, bucket: "S3_EXPORTS_BUCKET", "a bucket of tenants' archives alone, in place of the folder",
            default: "")
        resolver = environment.read(
            "DOMAIN_RESOLVER", "the DNS server that is asked for tenants' domains, in place of the machine's",
            example: "127.0.0.1:53", Self.server)
        let listed = environment.list(
            Self.providerAddressesName, "host:port or CIDR of tenants' identity providers on private addresses",
            example: "10.0.0.7:8443")
        providerAddresses = listed.compactMap(AddressGuard.Exception.init)
        if providerAddresses.count < listed.count {
            environment.fault(
                Self.providerAddressesName, "takes host:port and CIDR blocks", example: "10.0.0.7:8443")
        }
    }

    /// Beside the database, and never restored with it.
    var journal: ErasureJournal { ErasureJournal(path: process.dataFolder + "/erasures.ndjson") }

    static let providerAddressesName = "ALLOW_ADDRESSES_SSO"

    private static func server(_ text: String) throws(EnvironmentFault) -> SocketAddress {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), port > 0,
            let address = SocketAddress(host: String(parts[0]), port: port)
        else { throw EnvironmentFault("must be an IPv4 address and a port") }
        return address
    }
}
