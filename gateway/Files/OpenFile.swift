import Glibc
import IO

/// A regular file, open for reading; its calls block and are for workers.
///
/// The descriptor does not change until `deinit`, and reading at an offset has no state, hence `Sendable`.
final class OpenFile: Sendable {
    private let descriptor: Int32
    let stamp: StaticFile.Stamp

    /// Nil when there is no such file, or when it is a link.
    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        stamp = StaticFolder.stamp(status)
    }

    deinit { close(descriptor) }

    /// Bytes from an offset; fewer than asked for only at the end.
    func read(at offset: Int64, atMost wanted: Int) throws(IOError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let status = pread(
                    descriptor, buffer.baseAddress.map { $0 + count }, wanted - count, off_t(offset) + off_t(count))
                if status < 0, errno == EINTR { continue }
                failed = status < 0
                guard status > 0 else { return }
                count += status
            }
        }
        guard !failed else { throw IOError.lastError("read") }
        return bytes
    }
}
