package import IO
import Synchronization

/// How many connections all loops of a process take, in all and from one client address.
///
/// An address that is a proxy's stands for many clients: those are exempt from the second.
package final class ConnectionLimit: Sendable {
    /// One connection; let go with it.
    private final class Place: Sendable {
        let limit: ConnectionLimit
        /// Nil for an address that is not counted.
        let key: AddressKey?

        init(_ limit: ConnectionLimit, _ key: AddressKey?) {
            self.limit = limit
            self.key = key
        }

        deinit { limit.leave(key) }
    }

    private struct State {
        var total = 0
        var counts: [AddressKey: Int] = [:]
    }

    private let most: Int
    private let mostOfOne: Int
    private let isExempt: @Sendable (SocketAddress) -> Bool
    private let state = Mutex(State())

    /// Counts connections in all, and those from addresses that are not exempt.
    package init(
        _ most: Int, perAddress: Int, isExempt: @escaping @Sendable (SocketAddress) -> Bool = { $0.isLoopback }
    ) {
        self.most = most
        mostOfOne = perAddress
        self.isExempt = isExempt
    }

    /// The connections that are open.
    package var count: Int { state.withLock { $0.total } }

    /// The place of a new connection, nil when there is none.
    func place(for connection: TCPConnection) -> AnyObject? {
        // Gone already: whoever serves it finds that out.
        let address = connection.peerAddress
        let key = address.flatMap { isExempt($0) ? nil : AddressKey($0.host) }
        let hasEntered = state.withLock { state in
            guard state.total < most else { return false }
            if let key {
                guard state.counts[key, default: 0] < mostOfOne else { return false }
                state.counts[key, default: 0] += 1
            }
            state.total += 1
            return true
        }
        return hasEntered ? Place(self, key) : nil
    }

    private func leave(_ key: AddressKey?) {
        state.withLock { state in
            state.total -= 1
            guard let key, let count = state.counts[key] else { return }
            state.counts[key] = count > 1 ? count - 1 : nil
        }
    }
}
