import BlobStore
import Glibc
import IO

/// The folder of tenants' archives.
enum ExportFolder {
    /// The store below a folder, which is made when it is not there.
    static func open(_ path: String) async throws -> FileBlobStore {
        try await WorkerPool.files.run {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw IOError.lastError("mkdir") }
        }
        return FileBlobStore(root: path)
    }
}
