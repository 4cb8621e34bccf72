import Glibc
import IO

/// The folders that the service works in, below its data folder.
struct WorkFolders: Sendable {
    /// Beginnings of uploads.
    let uploads: String
    /// Recordings that are transcribed.
    let work: String

    init(below folder: String) {
        uploads = folder + "/uploads"
        work = folder + "/work"
    }

    /// Makes them, and removes what a process before this one has left in them.
    func prepare(recordings: String) async throws {
        let (uploads, work) = (uploads, work)
        try await WorkerPool.files.run {
            for folder in [uploads, work, recordings] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
                throw IOError.lastError("mkdir")
            }
            WorkFolder.clear(uploads)
            WorkFolder.clear(work)
        }
    }
}
