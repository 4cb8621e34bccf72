import Glibc
import HTTP
import IO
import Models

/// An ACME client's answers (RFC 8555, 8.3), served from its webroot for any host.
struct ChallengeFolder: Sendable {
    private static let prefix = "/.well-known/acme-challenge/"
    /// A token and a thumbprint have about a hundred bytes.
    private static let longestAnswer = 4096
    private static let longestToken = 256

    private let path: String

    init(_ path: String) { self.path = path }

    /// The token that a path asks for: characters of base64url and nothing else, so no path leaves the folder.
    static func token(in path: String) -> String? {
        guard path.hasPrefix(prefix) else { return nil }
        let token = path.dropFirst(prefix.count)
        let isToken = token.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isToken && (1...longestToken).contains(token.utf8.count) ? String(token) : nil
    }

    /// The file as the client put it; 404 when there is none.
    func answer(_ token: String, _ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.method == .get || request.method == .head else {
            return HTTPResponse(status: 405, headers: ["Allow": "GET, HEAD"])
        }
        let places = ["\(path)\(Self.prefix)\(token)", "\(path)/\(token)"]
        let found = try await WorkerPool.files.run { places.lazy.compactMap(Self.read).first }
        guard let found else { throw Failure(.notFound) }
        return HTTPResponse(
            status: 200, headers: ["Content-Type": "application/octet-stream", "Cache-Control": "no-store"],
            body: .bytes(found))
    }

    private static func read(_ path: String) -> [UInt8]? {
        // Not through a link, which could lead anywhere, and without waiting for what is no file.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var state = stat()
        guard fstat(file, &state) == 0, state.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: longestAnswer)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count > 0 ? Array(bytes[..<count]) : nil
    }
}
