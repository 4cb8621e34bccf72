import Crypto
import Glibc
import IO
import Models

/// A blob that is being written under a temporary name.
///
/// Used by one upload, one call after another on the threads for files: nothing of it is touched by two at once.
final class IncomingFile: @unchecked Sendable {
    static let folder = ".incoming"

    private let root: String
    private let path: String
    private var descriptor: Int32
    private let digest = SHA256()
    private(set) var size: Int64 = 0

    init(root: String) throws {
        self.root = root
        let folder = "\(root)/\(Self.folder)"
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw IOError.lastError("mkdir") }
        path = "\(folder)/\(OpaqueName.make())"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        digest.update(bytes)
        size += Int64(bytes.count)
        try bytes.withUnsafeBytes { raw in
            var at = 0
            while at < raw.count {
                let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: at), raw.count - at)
                guard count >= 0 else {
                    if errno == EINTR { continue }
                    // A full disk is the operator's affair and passes; everything else is a fault.
                    if errno == ENOSPC || errno == EDQUOT { throw Failure(.insufficientStorage) }
                    throw IOError.lastError("write")
                }
                at += count
            }
        }
    }

    /// Makes it the blob of a key, for good.
    func store(as key: BlobKey) throws -> StoredBlob {
        guard fsync(descriptor) == 0 else { throw IOError.lastError("fsync") }
        close(descriptor)
        descriptor = -1
        // A deletion beside may remove a folder that was empty for a moment.
        for _ in 0..<8 {
            let folders = try makeFolders(for: key)
            if rename(path, "\(root)/\(key)") == 0 {
                for folder in folders { try Self.sync(folder) }
                return StoredBlob(size: size, sha256: digest.finish())
            }
            guard errno == ENOENT else { throw IOError.lastError("rename") }
        }
        throw IOError("rename", code: -ENOENT)
    }

    /// Removes it.
    func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(path)
    }

    /// Makes the folders of a key and gives all that hold a new entry.
    private func makeFolders(for key: BlobKey) throws -> [String] {
        var changed: [String] = []
        var folder = root
        for segment in key.segments.dropLast() {
            let inner = "\(folder)/\(segment)"
            if mkdir(inner, 0o700) == 0 {
                changed.append(folder)
            } else if errno != EEXIST {
                // Its parent was removed a moment ago: the rename fails and the caller begins anew.
                if errno == ENOENT { break }
                throw IOError.lastError("mkdir")
            }
            folder = inner
        }
        return changed + [folder]
    }

    private static func sync(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw IOError.lastError("open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw IOError.lastError("fsync") }
    }
}

/// A name that nothing else has.
private enum OpaqueName {
    static func make() -> String {
        String(UInt64.random(in: 0...UInt64.max), radix: 36) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }
}
