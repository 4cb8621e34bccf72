import Crypto
import Glibc
import HTTP
import IO

/// The files of one folder as they were at one moment, found by their paths and by nothing else.
///
/// Neither hidden files nor links are taken up, nor what has no known type: a request's path is looked up among what was
/// found and never handed to the file system.
struct StaticFolder: Sendable {
    /// Larger files stay on the disk.
    static let largestHeld: Int64 = 1 << 20
    /// What all files may take in memory; those that come after it stay on the disk.
    private static let capacity = 64 << 20
    private static let mostFiles = 5000
    private static let deepest = 8
    private static let level = 9

    private(set) var files: [String: StaticFile] = [:]
    private var weight = 0

    /// No files.
    static let empty = StaticFolder()

    subscript(_ path: String) -> StaticFile? { files[path] }

    /// Reads a folder; what has not changed since `previous` is not read again.
    ///
    /// Blocks: for a worker.
    static func read(_ root: String, previous: StaticFolder = .empty) throws(IOError) -> StaticFolder {
        var folder = StaticFolder()
        let found = try list(root)
        for (path, stamp) in found {
            // A file's compressed sibling is one of its forms.
            if let base = base(of: path), found[base] != nil { continue }
            let siblings = ContentCoding.allCases.filter { found["\(path).\(suffix($0))"] != nil }
            if siblings.isEmpty, let known = previous.files[path], known.stamp == stamp {
                folder.add(known)
            } else if let file = try file(root, path, stamp, siblings, holds: folder.weight < capacity) {
                folder.add(file)
            }
        }
        return folder
    }

    /// Whether a folder still holds what was read.
    ///
    /// Blocks: for a worker.
    func isCurrent(_ root: String) throws(IOError) -> Bool {
        let found = try Self.list(root).filter { Self.isServed($0.key) }
        return found.count == files.count && found.allSatisfy { files[$0.key]?.stamp == $0.value }
    }

    private mutating func add(_ file: StaticFile) {
        files[file.path] = file
        weight += file.weight
    }

    // The walk.

    private static func isServed(_ path: String) -> Bool {
        FileType.contentType(of: String(path.split(separator: "/").last ?? "")) != nil
    }

    private static func suffix(_ coding: ContentCoding) -> String { coding == .gzip ? "gz" : "br" }

    /// `app.js` of `app.js.br` and `app.js.gz`.
    private static func base(of path: String) -> String? {
        guard path.hasSuffix(".br") || path.hasSuffix(".gz") else { return nil }
        return String(path.dropLast(3))
    }

    private static func list(_ root: String) throws(IOError) -> [String: StaticFile.Stamp] {
        var found: [String: StaticFile.Stamp] = [:]
        try list(root, "", depth: 0, &found)
        return found
    }

    private static func list(
        _ root: String, _ prefix: String, depth: Int, _ found: inout [String: StaticFile.Stamp]
    ) throws(IOError) {
        guard let stream = opendir("\(root)/\(prefix)") else { throw IOError.lastError("opendir") }
        defer { closedir(stream) }
        while let entry = readdir(stream), found.count < mostFiles {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = prefix + name
            var status = stat()
            guard lstat("\(root)/\(path)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR, depth < deepest {
                try list(root, path + "/", depth: depth + 1, &found)
            } else if status.st_mode & S_IFMT == S_IFREG {
                found[path] = stamp(status)
            }
        }
    }

    static func stamp(_ status: stat) -> StaticFile.Stamp {
        StaticFile.Stamp(
            size: Int64(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
            inode: UInt64(status.st_ino))
    }

    // A file.

    /// Nil when it is not served, or has gone or changed meanwhile: the next look finds it.
    private static func file(
        _ root: String, _ path: String, _ stamp: StaticFile.Stamp, _ siblings: [ContentCoding], holds: Bool
    ) throws(IOError) -> StaticFile? {
        let name = String(path.split(separator: "/").last ?? "")
        guard let type = FileType.contentType(of: name), let opened = OpenFile("\(root)/\(path)"),
            opened.stamp == stamp
        else { return nil }
        let isHeld = holds && stamp.size <= largestHeld
        var bytes: [UInt8] = []
        let digest = SHA256()
        var offset: Int64 = 0
        while offset < stamp.size {
            let piece = try opened.read(at: offset, atMost: 262_144)
            guard !piece.isEmpty else { return nil }
            digest.update(piece)
            if isHeld { bytes += piece }
            offset += Int64(piece.count)
        }
        var file = StaticFile(
            path: path, contentType: type, stamp: stamp, content: isHeld ? .held(bytes) : .onDisk("\(root)/\(path)"),
            digest: String(Hex.encode(digest.finish()).prefix(32)), isFingerprinted: FileType.isFingerprinted(name))
        guard isHeld, AnswerCompression.isCompressible(type) else { return file }
        for coding in ContentCoding.allCases {
            let coded =
                siblings.contains(coding)
                ? try held("\(root)/\(path).\(suffix(coding))") : Compressor.whole(bytes, coding, level: level)
            if let coded, coded.count < bytes.count { file.coded[coding] = coded }
        }
        return file
    }

    private static func held(_ path: String) throws(IOError) -> [UInt8]? {
        guard let opened = OpenFile(path), opened.stamp.size <= largestHeld else { return nil }
        let bytes = try opened.read(at: 0, atMost: Int(opened.stamp.size))
        return bytes.count == Int(opened.stamp.size) ? bytes : nil
    }
}
