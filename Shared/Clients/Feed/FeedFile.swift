import Glibc
import IO
import JSON

/// The last snapshot in a process's data folder, in the feed's own lines.
///
/// Everything here blocks and belongs on the threads for files.
struct FeedFile: Sendable {
    private static let bufferSize = 1 << 20
    /// A file larger than this is none of ours.
    private static let largest = 1 << 30

    private let path: String

    init(folder: String) { path = folder + "/changes.ndjson" }

    /// What was saved; nil when there is nothing or it cannot be read, since tenancy will tell it all again.
    func load() throws -> FeedTables? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw IOError.lastError("open")
        }
        defer { close(descriptor) }
        var reader = FeedReader(after: 0)
        var loaded: FeedTables?
        var total = 0
        while true {
            var status = 0
            let piece = [UInt8](unsafeUninitializedCapacity: Self.bufferSize) { buffer, count in
                status = read(descriptor, buffer.baseAddress, buffer.count)
                count = max(0, status)
            }
            guard status >= 0 else {
                if errno == EINTR { continue }
                throw IOError.lastError("read")
            }
            total += status
            guard status > 0, total <= Self.largest else { return loaded }
            if let replacement = try reader.read(piece).replacement { loaded = replacement }
        }
    }

    /// Replaces the file as a whole: after a crash the old or the new one is there.
    func save(_ tables: FeedTables) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        // Of a process and the one that takes its place, one writes; both know the same.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.isStill(descriptor, at: temporary) else { return }
        guard ftruncate(descriptor, 0) == 0 else { throw IOError.lastError("ftruncate") }
        var waiting: [UInt8] = []
        try tables.forEachEntry { entry in
            waiting += try JSON.encode(entry)
            waiting.append(0x0a)
            guard waiting.count >= Self.bufferSize else { return }
            try Self.write(waiting, to: descriptor)
            waiting.removeAll(keepingCapacity: true)
        }
        try Self.write(waiting, to: descriptor)
        guard fsync(descriptor) == 0 else { throw IOError.lastError("fsync") }
        guard rename(temporary, path) == 0 else { throw IOError.lastError("rename") }
    }

    /// Whether the descriptor's file has that name, and was not given its final one meanwhile.
    private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { raw in
            var at = 0
            while at < raw.count {
                let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: at), raw.count - at)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw IOError.lastError("write") }
                at += count
            }
        }
    }
}
