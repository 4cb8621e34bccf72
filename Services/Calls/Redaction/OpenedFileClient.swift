import Glibc
import HTTPClient
import IO

/// A file that is read piece by piece on the threads for files, and closed with the last of it.
///
/// Read once, by one reader at a time, hence `@unchecked Sendable`.
final class OpenedFile: ByteSource, @unchecked Sendable {
    private static let pieceBytes = 262_144

    let length: Int64?
    private let descriptor: Int32

    private init(_ descriptor: Int32, length: Int64) {
        self.descriptor = descriptor
        self.length = length
    }

    deinit { close(descriptor) }

    static func open(_ path: String) async throws -> OpenedFile {
        try await WorkerPool.files.run {
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw IOError.lastError("open") }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                let error = IOError.lastError("stat")
                close(descriptor)
                throw error
            }
            return OpenedFile(descriptor, length: Int64(status.st_size))
        }
    }

    func next() async throws -> [UInt8]? {
        let descriptor = self.descriptor
        let piece = try await WorkerPool.files.run {
            var failure: IOError?
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0 { failure = IOError.lastError("read") }
                filled = max(0, count)
            }
            if let failure { throw failure }
            return bytes
        }
        return piece.isEmpty ? nil : piece
    }
}
