import Crypto
import Glibc
import Models

/// How long a (tenant, account, address) has to wait after failed sign-ins.
enum Lockout {
    /// Failures that cost nothing: people mistype.
    static let free = 5
    /// Failures older than this are forgotten.
    static let memory = Duration.seconds(24 * 3600)
    /// The longest wait, and the doublings that lead there.
    private static let longest = 3600
    private static let doublings = 12

    /// The wait after so many failures in a row: 2 s, doubling to an hour.
    static func delay(afterFailures failures: Int) -> Duration {
        guard failures > free else { return .zero }
        return .seconds(min(longest, 1 << min(doublings, failures - free)))
    }

    /// The waits in seconds by the number of failures, from one on; the last one holds for all that follow.
    static let delays: [Int] = (1...free + doublings).map { Int(delay(afterFailures: $0).components.seconds) }

    /// Account and address as one digest: nobody can lock another out from elsewhere, and neither is kept in clear.
    static func subject(_ email: EmailAddress, address: String) -> [UInt8] {
        SHA256.digest("\(email.normalised)|\(network(of: address))")
    }

    /// A thing that is shown and an address as one digest.
    static func subject(of thing: String, address: String) -> [UInt8] {
        // No account has a space in its address, so no thing is taken for one.
        SHA256.digest("\(thing) |\(network(of: address))")
    }

    /// 429 with the time to wait.
    static func failure(until: Timestamp) -> Failure {
        let wait = max(1, (until - .now()).components.seconds + 1)
        return Failure(.accountLocked, headers: [("Retry-After", "\(wait)")])
    }

    /// One subscriber has 2^64 IPv6 addresses, so there the network counts.
    private static func network(of address: String) -> String {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return withUnsafeBytes(of: bytes) { Hex.encode(Array($0.prefix(8))) }
    }
}
