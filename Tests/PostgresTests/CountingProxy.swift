import Glibc
import Synchronization
import TestSupport

/// Stands between one client and the server's unix socket, and counts what makes a round trip.
///
/// Runs on a thread of its own until the client hangs up.
final class CountingProxy: Sendable {
    struct Counts: Equatable {
        /// Sync messages of the client.
        var syncs = 0
        /// How often the client began to talk after the server had.
        var turns = 0
    }

    let port: Int
    private let listener: Int32
    private let counts = Mutex(Counts())

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(listener, plain, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, plain, &length) == 0
            }
        }
        guard isBound else { throw ProgramError("the proxy got no port") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(listener) }

    /// What was counted since the last time.
    func take() -> Counts {
        counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
    }

    /// Serves one connection; blocks.
    func run(upstream path: String) {
        let client = accept(listener, nil, nil)
        let server = connectToServer(path)
        defer {
            close(client)
            close(server)
        }
        var parser = FrontendParser()
        var serverSpokeLast = true
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var watched = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&watched, 2, -1) >= 0 {
            if watched[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                let syncs = parser.syncs(in: buffer[..<count])
                counts.withLock { counts in
                    counts.syncs += syncs
                    if serverSpokeLast { counts.turns += 1 }
                }
                serverSpokeLast = false
                guard forward(buffer[..<count], to: server) else { return }
            }
            if watched[1].revents != 0 {
                let count = read(server, &buffer, buffer.count)
                guard count > 0 else { return }
                serverSpokeLast = true
                guard forward(buffer[..<count], to: client) else { return }
            }
        }
    }

    private func forward(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func connectToServer(_ path: String) -> Int32 {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                _ = connect(server, plain, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return server
    }
}

/// Finds the ends of the client's messages: a type byte and a length, but no type byte on the first one.
private struct FrontendParser {
    private var header: [UInt8] = []
    private var bodyLeft = 0
    private var isFirst = true

    mutating func syncs(in bytes: ArraySlice<UInt8>) -> Int {
        var syncs = 0
        for byte in bytes {
            if bodyLeft > 0 {
                bodyLeft -= 1
                continue
            }
            header.append(byte)
            guard header.count == (isFirst ? 4 : 5) else { continue }
            if !isFirst, header[0] == UInt8(ascii: "S") { syncs += 1 }
            bodyLeft = header.suffix(4).reduce(0) { $0 << 8 | Int($1) } - 4
            header = []
            isFirst = false
        }
        return syncs
    }
}
