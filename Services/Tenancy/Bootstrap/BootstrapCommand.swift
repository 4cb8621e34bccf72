import Crypto
import Glibc
import JSON
import Models
import Postgres
import ServiceKit
import Telemetry

/// `tenancy bootstrap`: the first super admin, from ADMIN_EMAIL and ADMIN_PASSWORD; changes nothing when there is one.
enum BootstrapCommand {
    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        let platform = PlatformStore(database: seat.database.tenant(.platform))
        if try await platform.hasSuperAdmin() {
            CommandOutput.write("there is a super admin already")
            return 0
        }
        guard let email = seat.configuration.adminEmail, let password = seat.configuration.adminPassword else {
            return CommandOutput.fail("bootstrap needs ADMIN_EMAIL and ADMIN_PASSWORD")
        }
        let address: EmailAddress
        do throws(JSONScalarError) { address = try EmailAddress(jsonText: email) } catch {
            return CommandOutput.fail("ADMIN_EMAIL: \(error.detail)")
        }
        guard (10...256).contains(password.reveal().count) else {
            return CommandOutput.fail("ADMIN_PASSWORD: 10 to 256 characters expected")
        }
        let hash = try await Passwords(threads: 1).hash(password.reveal())
        let isMade = try await platform.bootstrap(email: address, passwordHash: hash)
        try await ChangeStore(rows: seat.database).announce()
        CommandOutput.write(isMade ? "made the first super admin" : "there is a super admin already")
        return 0
    }
}

/// `tenancy reset-admin EMAIL`: a one-time link for a super admin who cannot sign in.
enum ResetAdminCommand {
    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        guard arguments.count == 1 else { return CommandOutput.fail("usage: tenancy reset-admin EMAIL") }
        let email: EmailAddress
        do throws(JSONScalarError) { email = try EmailAddress(jsonText: arguments[0]) } catch {
            return CommandOutput.fail("EMAIL: \(error.detail)")
        }
        let token = OpaqueToken.make(.passwordReset)
        let isReset = try await PlatformStore(database: seat.database.tenant(.platform)).resetAdmin(
            email: email, digest: token.digest)
        guard isReset else { return CommandOutput.fail("there is no super admin with this address") }
        try await ChangeStore(rows: seat.database).announce()
        let links = InvitationLinks(seat.configuration.process.baseURL)
        CommandOutput.write("All sessions have ended. This link works once, for an hour:")
        CommandOutput.write(links.url(of: token, subdomain: Subdomain.admin.label))
        return 0
    }
}

/// What commands print for the operator.
enum CommandOutput {
    static func write(_ line: String) {
        _ = Array("\(line)\n".utf8).withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    static func fail(_ line: String) -> Int32 {
        _ = Array("\(line)\n".utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        return 1
    }
}
