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
        try await WorkerPool.files.run { try Self.locked(path) { try Self.append(line, to: path) } }
    }

    /// All that is written down; a line that was cut off is left out.
    func entries() async throws -> [JournalEntry] {
        let bytes = try await WorkerPool.files.run { try Self.read(path) }
        var found: [ErasureID: JournalEntry] = [:]
        for line in bytes.split(separator: 0x0a) {
            if let entry = Self.entry(line) { found[entry.id] = entry }
        }
        return found.values.sorted { ($0.requestedAt, $0.id.description) < ($1.requestedAt, $1.id.description) }
    }

    /// Forgets entries for good; those that are added meanwhile stay.
    func forget(_ ids: Set<ErasureID>) async throws {
        guard !ids.isEmpty else { return }
        try await WorkerPool.files.run {
            try Self.locked(path) {
                let kept = try Self.read(path).split(separator: 0x0a).filter { line in
                    guard let entry = Self.entry(line) else { return false }
                    return !ids.contains(entry.id)
                }
                try Self.replace(path, by: kept.flatMap { Array($0) + [0x0a] })
            }
        }
    }

    /// Another copy of the service may write at the same time.
    private static func locked<Success>(_ path: String, _ body: () throws -> Success) throws -> Success {
        let descriptor = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw IOError.lastError("flock") }
        return try body()
    }

    /// Whole or not at all, also after a loss of power.
    private static func replace(_ path: String, by bytes: [UInt8]) throws {
        let new = "\(path).new"
        guard unlink(new) == 0 || errno == ENOENT else { throw IOError.lastError("unlink") }
        try append(bytes, to: new)
        guard rename(new, path) == 0 else { throw IOError.lastError("rename") }
        let folder = open(path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw IOError.lastError("open") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw IOError.lastError("fsync") }
    }

    /// Nil for a line that was cut off.
    private static func entry(_ line: ArraySlice<UInt8>) -> JournalEntry? {
        guard line.count <= longestLine else { return nil }
        do {
            return try JSON.decode(JournalEntry.self, from: Array(line), unknownKeys: .ignore)
        } catch { return nil }
    }

    private static func append(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        // One write of less than a page is whole or is not there; more than that goes to a file that is none yet.
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw IOError.lastError("write") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw IOError.lastError("fsync") }
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
