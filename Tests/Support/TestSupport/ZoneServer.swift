import Glibc
package import IO
import Synchronization

/// A DNS server on loopback that says what a test has told it; every other name does not exist.
package final class ZoneServer: Sendable {
    /// What is said of a name.
    package enum Answer: Sendable {
        case texts([String])
        /// SERVFAIL.
        case failure
    }

    /// Where it is asked.
    package let address: SocketAddress
    private let file: Int32
    private let book: Book

    /// The answers; the thread holds them, so that the server can go before it.
    private final class Book: Sendable {
        let file: Int32
        let answers = Mutex<[String: Answer]>([:])

        init(file: Int32) { self.file = file }

        deinit { close(file) }

        func serve() {
            var buffer = [UInt8](repeating: 0, count: 512)
            while true {
                var sender = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = withUnsafeMutablePointer(to: &sender) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(file, &buffer, buffer.count, 0, $0, &size)
                    }
                }
                // An empty datagram is what the server's end sends.
                guard count > 0 else { return }
                guard let answer = reply(to: Array(buffer[..<count])) else { continue }
                _ = withUnsafePointer(to: &sender) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(file, answer, answer.count, 0, $0, size)
                    }
                }
            }
        }

        private func reply(to query: [UInt8]) -> [UInt8]? {
            guard query.count > 16 else { return nil }
            var labels: [String] = []
            var index = 12
            while index < query.count, query[index] > 0 {
                let end = index + 1 + Int(query[index])
                guard end < query.count else { return nil }
                labels.append(String(decoding: query[(index + 1)..<end], as: UTF8.self))
                index = end
            }
            let answer = answers.withLock { $0[labels.joined(separator: ".").lowercased()] }
            var code: UInt8 = 3
            var texts: [String] = []
            switch answer {
            case .failure: code = 2
            case .texts(let found): (code, texts) = (0, found)
            case nil: break
            }
            let header = Array(query[..<2]) + [0x81, 0x80 | code, 0, 1, 0, UInt8(texts.count), 0, 0, 0, 0]
            return header + query[12..<min(index + 5, query.count)] + texts.flatMap(Self.record)
        }

        /// The name of the question, TXT, IN, for no time, and the text in strings of 255 bytes at most.
        private static func record(_ text: String) -> [UInt8] {
            var strings: [UInt8] = []
            var rest = Array(text.utf8)[...]
            repeat {
                strings += [UInt8(min(255, rest.count))] + rest.prefix(255)
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
            return [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, UInt8(strings.count >> 8), UInt8(strings.count & 255)] + strings
        }
    }

    struct Unavailable: Error {}

    /// Serves on a free port until it is let go.
    package init() throws {
        file = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &own) { [file] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, size) == 0 ? getsockname(file, $0, &size) : -1
            }
        }
        guard status == 0, let address = SocketAddress(host: "127.0.0.1", port: Int(in_port_t(bigEndian: own.sin_port)))
        else { throw Unavailable() }
        self.address = address
        book = Book(file: file)
        var thread = pthread_t()
        // The thread takes the reference over and gives it back when it ends.
        let held = Unmanaged.passRetained(book)
        let made = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Book>.fromOpaque(argument).takeRetainedValue().serve() }
                return nil
            }, held.toOpaque())
        guard made == 0 else {
            held.release()
            throw Unavailable()
        }
        pthread_detach(thread)
    }

    deinit {
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        own.sin_port = in_port_t(address.port).bigEndian
        _ = withUnsafePointer(to: &own) { [file] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(file, "", 0, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// What is said of a name from now on; nil for a name that does not exist.
    package func set(_ name: String, _ answer: Answer?) { book.answers.withLock { $0[name] = answer } }
}
