import CLibuv
import Glibc

/// A bound TCP socket that any number of loops can accept from.
///
/// One socket is shared by duplicates of its descriptor rather than by SO_REUSEPORT: connections that wait in the queue
/// of a socket of its own are reset when that socket closes, and those of a shared one are not.
package final class ListeningSocket: Sendable {
    package let fileDescriptor: Int32
    package let address: SocketAddress

    package var port: Int { address.port }

    private init(fileDescriptor: Int32, address: SocketAddress) {
        self.fileDescriptor = fileDescriptor
        self.address = address
    }

    deinit { close(fileDescriptor) }

    /// Binds a numeric address; port 0 takes a free one.
    package static func bind(host: String, port: Int) throws(IOError) -> ListeningSocket {
        guard let wanted = SocketAddress(host: host, port: port) else { throw IOError("bind", code: -EINVAL) }
        let family = host.contains(":") ? AF_INET6 : AF_INET
        let descriptor = socket(
            family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .lastError("socket") }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let status = wanted.withSystemAddress { Glibc.bind(descriptor, $0, $1) } ?? -1
        guard status == 0 else {
            let error = IOError.lastError("bind")
            close(descriptor)
            throw error
        }
        return try adopt(descriptor)
    }

    /// Takes over a bound descriptor that a supervisor or an earlier process handed down.
    package static func adopt(_ descriptor: Int32) throws(IOError) -> ListeningSocket {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let address = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                getsockname(descriptor, plain, &length) == 0 ? SocketAddress(plain) : nil
            }
        }
        guard let address else { throw .lastError("getsockname") }
        return ListeningSocket(fileDescriptor: descriptor, address: address)
    }

    /// Another descriptor of the same socket, for one loop's listener, which closes it.
    func duplicate() throws(IOError) -> Int32 {
        let copy = fcntl(fileDescriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .lastError("dup") }
        return copy
    }
}
