import Models
import Postgres
import ServiceKit

/// `tenancy domains`: the verified domains of all tenants, one a line, for whoever gets certificates for them.
enum DomainsCommand {
    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        for name in try await DomainStore(rows: seat.database.tenant(.platform)).listVerified() {
            CommandOutput.write(name)
        }
        return 0
    }
}
