import Glibc
package import IO

/// The listening sockets that whoever started the process has opened for it, so that they outlive it.
///
/// The protocol is systemd's socket activation: descriptors from 3 on, as many as `LISTEN_FDS` says, for the process that
/// `LISTEN_PID` names, with the names in `LISTEN_FDNAMES` between colons. Ours are `service`, `secure`, `internal` and
/// `operator`; what has another name is left alone.
package struct InheritedSockets: Sendable {
    private static let first: Int32 = 3
    private static let most = 16

    private let sockets: [String: ListeningSocket]

    /// None: every listener binds an address of its own.
    package static let none = InheritedSockets(sockets: [:])

    private init(sockets: [String: ListeningSocket]) { self.sockets = sockets }

    /// Whether there is none.
    package var isEmpty: Bool { sockets.isEmpty }

    subscript(name: String) -> ListeningSocket? { sockets[name] }

    /// Takes over what the environment of the process tells of, and takes it out of there: children inherit none of it.
    package static func process() throws(IOError) -> InheritedSockets {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        guard let pid = variable("LISTEN_PID"), Int32(pid) == getpid(),
            let count = variable("LISTEN_FDS").flatMap(Int.init),
            (1...most).contains(count)
        else { return .none }
        let names = (variable("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var sockets: [String: ListeningSocket] = [:]
        for offset in 0..<count {
            let descriptor = first + Int32(offset)
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw .lastError("fcntl") }
            let flags = fcntl(descriptor, F_GETFL)
            guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else { throw .lastError("fcntl") }
            guard names.indices.contains(offset) else { continue }
            sockets[String(names[offset])] = try .adopt(descriptor)
        }
        return InheritedSockets(sockets: sockets)
    }

    /// Those of a test.
    package static func made(_ sockets: [String: ListeningSocket]) -> InheritedSockets {
        InheritedSockets(sockets: sockets)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
