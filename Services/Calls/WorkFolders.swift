import Glibc
import IO

/// The folders that the service works in, below its data folder.
struct WorkFolders: Sendable {
    /// Beginnings of uploads.
    let uploads: String
    /// Recordings that are transcribed.
    let work: String
    private let recogniser: String
    private let parents: [String]

    /// The process that takes another one's place works beside it for a while: each has folders of its own.
    init(below folder: String, process: Int32 = getpid()) {
        parents = [folder + "/uploads", folder + "/work"]
        uploads = parents[0] + "/\(process)"
        work = parents[1] + "/\(process)"
        recogniser = WorkFolders.recogniser(below: folder)
    }

    /// The program of the local recogniser, which travels inside of this one.
    static func recogniser(below folder: String) -> String { folder + "/recognise.py" }

    /// Makes them, and removes what processes that are gone have left in theirs.
    func prepare(recordings: String) async throws {
        let folders = self
        try await WorkerPool.files.run {
            for parent in folders.parents { WorkFolder.clearDeparted(parent) }
            for folder in folders.parents + [folders.uploads, folders.work, recordings]
            where mkdir(folder, 0o700) != 0 && errno != EEXIST {
                throw IOError.lastError("mkdir")
            }
            // Children of the process before this one may just be starting from it.
            let temporary = "\(folders.recogniser).\(getpid())"
            unlink(temporary)
            try FileBytes.create(temporary, PackageResources.recognise_py)
            guard rename(temporary, folders.recogniser) == 0 else { throw IOError.lastError("rename") }
        }
    }
}
