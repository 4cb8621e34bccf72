import CArchive
import Glibc

/// Why an archive could not be written; in libarchive's words, which name no content.
package struct ArchiveError: Error, CustomStringConvertible {
    package let description: String
}

/// Writes a zip archive piece by piece: entries need no size beforehand, and what is ready is taken out as it comes.
///
/// For one owner at a time, which may be a task that moves between suspensions: soundness of `@unchecked Sendable`.
package final class ZipWriter: @unchecked Sendable {
    private let archive: OpaquePointer
    private let sink = Sink()
    private var hasEntry = false

    /// Where libarchive's callback leaves its bytes.
    private final class Sink {
        var bytes: [UInt8] = []
    }

    package init() throws(ArchiveError) {
        guard let archive = archive_write_new() else { throw ArchiveError(description: "no memory") }
        self.archive = archive
        try check(archive_write_set_format_zip(archive))
        // Bytes come out at once, in whatever pieces they are made.
        try check(archive_write_set_bytes_per_block(archive, 0))
        // The archive is freed before the sink, in deinit: what is passed unretained outlives every call.
        let target = Unmanaged.passUnretained(sink).toOpaque()
        try check(
            archive_write_open(
                archive, target, nil,
                { _, target, bytes, count in
                    guard let target, let bytes else { return -1 }
                    // The sink of the writer whose call this is.
                    let sink = Unmanaged<Sink>.fromOpaque(target).takeUnretainedValue()
                    sink.bytes += UnsafeRawBufferPointer(start: bytes, count: count)
                    return count
                }, nil))
    }

    deinit { archive_write_free(archive) }

    /// Begins an entry; what is already packed, such as sound, is stored as it is.
    package func begin(_ name: String, modifiedAt seconds: Int64, isPacked: Bool = false) throws(ArchiveError) {
        try endEntry()
        try check(
            isPacked
                ? archive_write_zip_set_compression_store(archive)
                : archive_write_zip_set_compression_deflate(archive))
        guard let entry = archive_entry_new() else { throw ArchiveError(description: "no memory") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname_utf8(entry, name)
        // A regular file, as stat(2) has it.
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o600)
        archive_entry_set_mtime(entry, time_t(seconds), 0)
        try check(archive_write_header(archive, entry))
        hasEntry = true
    }

    /// Adds to the entry.
    package func write(_ bytes: [UInt8]) throws(ArchiveError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            guard written > 0 else { throw failure() }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes the table of contents; nothing is added afterwards.
    package func finish() throws(ArchiveError) {
        try endEntry()
        try check(archive_write_close(archive))
    }

    /// What is ready since the last time.
    package func take() -> [UInt8] {
        defer { sink.bytes = [] }
        return sink.bytes
    }

    /// How much is ready.
    package var ready: Int { sink.bytes.count }

    private func endEntry() throws(ArchiveError) {
        guard hasEntry else { return }
        try check(archive_write_finish_entry(archive))
        hasEntry = false
    }

    private func check(_ status: Int32) throws(ArchiveError) {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure() }
    }

    private func failure() -> ArchiveError {
        ArchiveError(description: archive_error_string(archive).map { String(cString: $0) } ?? "the archive broke")
    }
}
