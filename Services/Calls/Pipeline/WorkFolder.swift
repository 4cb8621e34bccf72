import Glibc
import IO
import Models

/// A folder for the work on one recording; everything in it is gone afterwards.
struct WorkFolder: Sendable {
    let path: String

    /// Makes a folder with a `pieces` folder in it, and removes both when the body has ended.
    static func with<Value>(below parent: String, _ body: (WorkFolder) async throws -> Value) async throws -> Value {
        let folder = WorkFolder(path: "\(parent)/\(RecordingID.make())")
        try await WorkerPool.files.run {
            for path in [folder.path, folder.file("pieces")] where mkdir(path, 0o700) != 0 {
                throw IOError.lastError("mkdir")
            }
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        try await WorkerPool.files.run { folder.remove() }
        return try result.get()
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Copies what is pulled, piece by piece.
    func write(to file: String, _ pull: () async throws -> [UInt8]?) async throws {
        let descriptor = try await WorkerPool.files.run {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw IOError.lastError("open") }
            return descriptor
        }
        let result: Result<Void, any Error>
        do {
            while let piece = try await pull() {
                try await WorkerPool.files.run {
                    let fault = FileBytes.write(piece, to: descriptor)
                    guard fault == 0 else { throw IOError("write", code: -fault) }
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        _ = try await WorkerPool.files.run { close(descriptor) }
        try result.get()
    }

    /// Removes from `parent` the folders of processes, named by their numbers, that run no more.
    static func clearDeparted(_ parent: String) {
        for name in names(in: parent) {
            if let process = Int32(name), process != getpid(), kill(process, 0) == 0 || errno == EPERM { continue }
            let folder = "\(parent)/\(name)"
            clear(folder)
            if rmdir(folder) != 0 { unlink(folder) }
        }
    }

    private static func clear(_ parent: String) {
        for name in names(in: parent) where unlink("\(parent)/\(name)") != 0 {
            WorkFolder(path: "\(parent)/\(name)").remove()
        }
    }

    private func remove() {
        for folder in [file("pieces"), path] {
            for name in WorkFolder.names(in: folder) { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
