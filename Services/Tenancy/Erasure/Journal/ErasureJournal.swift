import Glibc
import IO
import JSON
import Models

/// A file of erasures, one JSON object a line: it lies beside the database and is not restored with it.
struct ErasureJournal: Sendable {
    /// Longer lines are none of ours.
    private static let longestLine = 65_536

    /// Where it lies.
    let path: String

    /// Writes an erasure down for good, unless it is there.
    func append(_ entry: JournalEntry) async throws {
        // It is asked for again for as long as a service holds something back.
        guard try await !entries().contains(where: { $0.id == entry.id }) else { return }
        let line = try JSON.encode(entry) + [0x0a]
        try await WorkerPool.files.run { try Self.append(line, to: path) }
    }

    /// All that is written down; a line that was cut off is left out.
    func entries() async throws -> [JournalEntry] {
        let bytes = try await WorkerPool.files.run { try Self.read(path) }
        var found: [ErasureID: JournalEntry] = [:]
        for line in bytes.split(separator: 0x0a) where line.count <= Self.longestLine {
            do {
                let entry = try JSON.decode(JournalEntry.self, from: Array(line), unknownKeys: .ignore)
                found[entry.id] = entry
            } catch { continue }
        }
        return found.values.sorted { ($0.requestedAt, $0.id.description) < ($1.requestedAt, $1.id.description) }
    }

    private static func append(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        // One write of less than a page is whole or is not there.
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw IOError.lastError("write") }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw IOError.lastError("open") }
            return []
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw IOError.lastError("read") }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }
}
