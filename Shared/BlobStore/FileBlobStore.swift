import Crypto
import Glibc
package import HTTPClient
import IO
import Models

/// Keeps blobs as files below one folder.
///
/// A blob is written under a temporary name in `.incoming`, synced, renamed to its place, and the folders that changed
/// are synced: after a crash there is the whole blob or none. All of it happens on the threads for files.
package struct FileBlobStore: BlobStore {
    /// How much is gathered before a thread writes it: a switch of threads per network read would cost more than the write.
    private static let writeSize = 262_144

    private let root: String
    private let reservePercent: Int

    /// A store below `root`, which must exist; uploads stop when less than the reserve of its disk is free.
    package init(root: String, reservePercent: Int = 10) {
        self.root = root
        self.reservePercent = reservePercent
    }

    package func put(_ key: BlobKey, _ source: any ByteSource) async throws -> StoredBlob {
        let root = self.root
        let file = try await WorkerPool.files.run { try IncomingFile(root: root) }
        do {
            var waiting: [UInt8] = []
            while let piece = try await source.next() {
                if waiting.isEmpty { waiting = piece } else { waiting += piece }
                guard waiting.count >= Self.writeSize else { continue }
                let bytes = waiting
                waiting = []
                try await WorkerPool.files.run { try file.write(bytes) }
            }
            let bytes = waiting
            return try await WorkerPool.files.run {
                try file.write(bytes)
                if let expected = source.length, expected != file.size { throw BlobStoreError.lengthMismatch }
                return try file.store(as: key)
            }
        } catch {
            // What is not discarded because the threads are busy is removed by the nightly job.
            do { try await WorkerPool.files.run { file.discard() } } catch {}
            throw error
        }
    }

    package func get(_ key: BlobKey, range: Range<Int64>?) async throws -> BlobContent? {
        let path = "\(root)/\(key)"
        return try await WorkerPool.files.run {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else {
                if errno == ENOENT || errno == ENOTDIR { return nil }
                throw IOError.lastError("open")
            }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                let error = IOError.lastError("stat")
                close(descriptor)
                throw error
            }
            let size = Int64(status.st_size)
            let range = (range ?? 0..<size).clamped(to: 0..<size)
            let source = FileSource(
                descriptor: descriptor, offset: range.lowerBound, length: range.upperBound - range.lowerBound)
            return BlobContent(size: size, range: range, source: source)
        }
    }

    package func size(of key: BlobKey) async throws -> Int64? {
        let path = "\(root)/\(key)"
        return try await WorkerPool.files.run {
            var status = stat()
            guard lstat(path, &status) == 0 else {
                if errno == ENOENT || errno == ENOTDIR { return nil }
                throw IOError.lastError("stat")
            }
            return Int64(status.st_size)
        }
    }

    package func delete(_ key: BlobKey) async throws {
        let root = self.root
        try await WorkerPool.files.run {
            guard unlink("\(root)/\(key)") == 0 else {
                if errno == ENOENT || errno == ENOTDIR { return }
                throw IOError.lastError("unlink")
            }
            // Folders that have become empty; the first that has not ends it.
            var segments = key.segments.dropLast()
            while !segments.isEmpty, rmdir("\(root)/\(segments.joined(separator: "/"))") == 0 { segments.removeLast() }
        }
    }

    package func list(after: BlobKey?, limit: Int) async throws -> [BlobEntry] {
        let root = self.root
        return try await WorkerPool.files.run {
            var walk = FolderWalk(root: root, limit: limit)
            try walk.visit([], after: after?.segments[...])
            return walk.found
        }
    }

    package func checkRoom(for bytes: Int64) async throws {
        let (root, reservePercent) = (self.root, self.reservePercent)
        try await WorkerPool.files.run {
            var status = statvfs()
            guard statvfs(root, &status) == 0 else { throw IOError.lastError("statvfs") }
            let unit = Int64(status.f_frsize)
            let reserve = Int64(status.f_blocks) * unit / 100 * Int64(reservePercent)
            guard Int64(status.f_bavail) * unit - bytes >= reserve else { throw Failure(.insufficientStorage) }
        }
    }

    /// How many bytes uploads may still take: what is free, but for the reserve.
    package func freeBytes() async throws -> Int64 {
        let (root, reservePercent) = (self.root, self.reservePercent)
        return try await WorkerPool.files.run {
            var status = statvfs()
            guard statvfs(root, &status) == 0 else { throw IOError.lastError("statvfs") }
            let unit = Int64(status.f_frsize)
            return max(0, Int64(status.f_bavail) * unit - Int64(status.f_blocks) * unit / 100 * Int64(reservePercent))
        }
    }

    /// Removes what crashed uploads have left, older than `age`; call it from the nightly job.
    package func removeAbandoned(olderThan age: Duration) async throws {
        let root = self.root
        let limit = Int(time(nil)) - Int(age.components.seconds)
        try await WorkerPool.files.run {
            for name in try FolderWalk.names(in: "\(root)/\(IncomingFile.folder)") {
                let path = "\(root)/\(IncomingFile.folder)/\(name)"
                var status = stat()
                if lstat(path, &status) == 0, status.st_mtim.tv_sec < limit { unlink(path) }
            }
        }
    }
}

/// Finds blobs in the order of their segments, without reading folders that lie before the start.
private struct FolderWalk {
    let root: String
    let limit: Int
    var found: [BlobEntry] = []

    init(root: String, limit: Int) {
        self.root = root
        self.limit = limit
    }

    mutating func visit(_ segments: [String], after: ArraySlice<String>?) throws {
        guard segments.count < BlobKey.maximumSegments else { return }
        let folder = ([root] + segments).joined(separator: "/")
        for name in try Self.names(in: folder).sorted() where BlobKey.isSegment(name) {
            guard found.count < limit else { return }
            var rest: ArraySlice<String>?
            if let after, let first = after.first {
                if name < first { continue }
                if name == first { rest = after.dropFirst() }
            }
            var status = stat()
            // Whatever vanishes while the walk goes on was deleted.
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try visit(segments + [name], after: rest)
            } else if status.st_mode & S_IFMT == S_IFREG, rest == nil,
                let key = BlobKey((segments + [name]).joined(separator: "/"))
            {
                let micros = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
                found.append(
                    BlobEntry(key: key, size: Int64(status.st_size), storedAt: Timestamp(microseconds: micros)))
            }
        }
    }

    static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw IOError.lastError("opendir")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
