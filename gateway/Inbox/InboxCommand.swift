import FoundationEssentials
import Glibc
import JSON
import Models
import ServiceKit

/// `gateway inbox`: shows the operator what was refused and what is parked, and has it delivered again.
enum InboxCommand {
    private static let usage = """
        gateway inbox list [parked|refused|waiting]   the oldest hundred, a JSON document a line
        gateway inbox retry <hook id>                 delivers one again
        gateway inbox retry parked|refused            delivers all of a state again
        """

    static func run(_ seat: ServiceSeat<GatewayConfiguration>, _ arguments: [String]) async throws -> Int32 {
        let store = InboxStore(database: seat.database, settings: seat.configuration.inbox)
        switch (arguments.first, arguments.dropFirst().first, arguments.count) {
        case ("list", let state, 1...2) where state == nil || ShownHook.states.contains(state ?? ""):
            for hook in try await store.list(state ?? "parked") {
                say(String(decoding: try JSON.encode(hook), as: UTF8.self))
            }
            return 0
        case ("retry", let what?, 2):
            let retried: Int
            if let id = UUID(uuidString: what) {
                retried = try await store.retry(HookID(id))
            } else if ["parked", "refused"].contains(what) {
                retried = try await store.retryAll(what)
            } else {
                break
            }
            say("\(retried) will be delivered again")
            return retried > 0 ? 0 : 1
        default: break
        }
        say(usage)
        return 64
    }

    /// The answer to whoever runs the command; what cannot be written to a terminal that is gone is lost.
    private static func say(_ line: String) {
        _ = Array("\(line)\n".utf8).withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
