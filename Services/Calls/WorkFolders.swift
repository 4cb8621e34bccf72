import Glibc
import IO

/// The folders that the service works in, below its data folder.
struct WorkFolders: Sendable {
    /// Beginnings of uploads.
    let uploads: String
    /// Recordings that are transcribed.
    let work: String
    private let recogniser: String

    init(below folder: String) {
        uploads = folder + "/uploads"
        work = folder + "/work"
        recogniser = WorkFolders.recogniser(below: folder)
    }

    /// The program of the local recogniser, which travels inside of this one.
    static func recogniser(below folder: String) -> String { folder + "/recognise.py" }

    /// Makes them, and removes what a process before this one has left in them.
    func prepare(recordings: String) async throws {
        let folders = self
        try await WorkerPool.files.run {
            for folder in [folders.uploads, folders.work, recordings] where mkdir(folder, 0o700) != 0 && errno != EEXIST
            {
                throw IOError.lastError("mkdir")
            }
            WorkFolder.clear(folders.uploads)
            WorkFolder.clear(folders.work)
            unlink(folders.recogniser)
            try FileBytes.create(folders.recogniser, PackageResources.recognise_py)
        }
    }
}
