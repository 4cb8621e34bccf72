import Glibc
import IO

/// Reads a range of a file piece by piece, on the threads for files.
///
/// One reader at a time, as a body has; the descriptor is only touched by that reader's call and by `deinit`.
package final class FileSource: ByteSource, @unchecked Sendable {
    private static let pieceSize: Int64 = 262_144

    package let length: Int64?
    private let path: String
    private var offset: Int64
    private let end: Int64
    private var descriptor: Int32 = -1

    /// Opens the file at the first read.
    package init(path: String, offset: Int64, length: Int64) {
        self.path = path
        self.length = length
        self.offset = offset
        end = offset + length
    }

    /// Takes over an open descriptor, which it closes.
    package init(descriptor: Int32, offset: Int64, length: Int64) {
        path = ""
        self.descriptor = descriptor
        self.length = length
        self.offset = offset
        end = offset + length
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    package func next() async throws -> [UInt8]? {
        guard offset < end else { return nil }
        return try await WorkerPool.files.run { try self.read() }
    }

    private func read() throws -> [UInt8] {
        if descriptor < 0 {
            descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw IOError.lastError("open") }
        }
        let wanted = Int(min(Self.pieceSize, end - offset))
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            repeat {
                status = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
            } while status < 0 && errno == EINTR
            count = max(0, status)
        }
        guard status >= 0 else { throw IOError.lastError("read") }
        // The promised length cannot be kept: the file was cut short.
        guard !bytes.isEmpty else { throw IOError("read", code: -EIO) }
        offset += Int64(bytes.count)
        return bytes
    }
}
