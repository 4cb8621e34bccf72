import Glibc

/// The connection could not be used.
struct ExchangeError: Error {
    let operation: String
}

/// Sends a text to a port of this machine and returns everything that comes back; blocks.
func exchange(_ text: String, port: Int) throws -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ExchangeError(operation: "socket") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard status == 0 else { throw ExchangeError(operation: "connect") }
    let bytes = Array(text.utf8)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw ExchangeError(operation: "send")
    }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw ExchangeError(operation: "recv") }
        guard count > 0 else { break }
        all += buffer[..<count]
    }
    guard !all.isEmpty else { throw ExchangeError(operation: "closed") }
    return String(decoding: all, as: UTF8.self)
}
