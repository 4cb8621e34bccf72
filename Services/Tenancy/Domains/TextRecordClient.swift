import CResolver
import IO
import Models

/// Asks the DNS for TXT records, on threads of its own: the system's resolver blocks.
struct TextRecordClient: Sendable {
    private let pool: WorkerPool
    private let server: SocketAddress?

    /// Without a server those of the machine are asked.
    init(server: SocketAddress?) {
        self.server = server
        pool = WorkerPool(name: "dns", threads: 2, queueLimit: 64)
    }

    /// The texts of a name; 503 when too many others wait.
    func texts(of name: String) async throws -> TextRecordFinding {
        do { return try await pool.run { [server] in Self.ask(name, server) } } catch is WorkerPoolError {
            throw Failure(.unavailable, headers: [("Retry-After", "5")])
        }
    }

    private static func ask(_ name: String, _ server: SocketAddress?) -> TextRecordFinding {
        var room = [UInt8](repeating: 0, count: 16_384)
        let length = Int(
            resolver_find_texts(name, server?.host, Int32(server?.port ?? 0), &room, Int32(room.count)))
        if length < 0 { return -length == Int(HOST_NOT_FOUND) || -length == Int(NO_DATA) ? .absent : .unreachable }
        var texts: [String] = []
        var rest = room[..<length]
        while rest.count >= 2, let high = rest.popFirst(), let low = rest.popFirst() {
            let size = Int(high) << 8 | Int(low)
            texts.append(String(decoding: rest.prefix(size), as: UTF8.self))
            rest = rest.dropFirst(size)
        }
        return texts.isEmpty ? .absent : .found(texts)
    }
}
