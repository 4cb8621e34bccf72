import Glibc

/// Where a pair's two files are, and how they looked.
struct CertificateFiles: Sendable, Equatable {
    /// What changes when a file is replaced.
    struct Mark: Sendable, Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// A chain of twenty large certificates has a tenth of this.
    static let longestFile = 1 << 20
    /// Pairs in one folder.
    static let mostPairs = 10_000

    let name: String
    let certificate: String
    let key: String
    let marks: [Mark]
    /// Whether every account of the machine may read the private key.
    let keyIsOpen: Bool

    /// Nil when one of the two is not there.
    init?(name: String, certificate: String, key: String) {
        var first = stat()
        var second = stat()
        guard stat(certificate, &first) == 0, stat(key, &second) == 0 else { return nil }
        self.name = name
        self.certificate = certificate
        self.key = key
        marks = [first, second].map {
            Mark(
                device: UInt($0.st_dev), inode: UInt($0.st_ino), size: Int($0.st_size), seconds: $0.st_mtim.tv_sec,
                nanoseconds: $0.st_mtim.tv_nsec)
        }
        keyIsOpen = second.st_mode & 0o007 != 0
    }

    /// The pairs of a folder: `<name>.crt` beside `<name>.key`, and folders with certbot's `fullchain.pem` and
    /// `privkey.pem`; throws when it cannot be listed.
    static func list(in folder: String) throws(TLSError) -> [CertificateFiles] {
        var found: [CertificateFiles] = []
        for entry in try entries(of: folder) where found.count < mostPairs {
            if entry.hasSuffix(".crt") {
                let name = String(entry.dropLast(4))
                if !name.isEmpty,
                    let files = CertificateFiles(
                        name: name, certificate: "\(folder)/\(entry)", key: "\(folder)/\(name).key")
                {
                    found.append(files)
                }
            } else if let files = CertificateFiles(
                name: entry, certificate: "\(folder)/\(entry)/fullchain.pem", key: "\(folder)/\(entry)/privkey.pem")
            {
                found.append(files)
            }
        }
        return found
    }

    /// The folders whose changes matter.
    static func folders(of folder: String) -> [String] {
        var found = [folder]
        // A folder that cannot be listed is told by `list`.
        guard let entries = try? entries(of: folder) else { return found }
        for entry in entries where found.count <= mostPairs {
            var state = stat()
            let path = "\(folder)/\(entry)"
            if stat(path, &state) == 0, state.st_mode & S_IFMT == S_IFDIR { found.append(path) }
        }
        return found
    }

    private static func entries(of folder: String) throws(TLSError) -> [String] {
        guard let directory = opendir(folder) else {
            throw TLSError("the folder cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // Hidden ones are what tools write before they rename.
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Reads both files and makes the pair.
    func load(_ roots: TrustedRoots) throws(TLSError) -> CertificatePair {
        try CertificatePair(
            name: name, certificates: Self.read(certificate, "certificate"), key: Self.read(key, "private key"),
            roots: roots)
    }

    private static func read(_ path: String, _ what: String) throws(TLSError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TLSError("the \(what) cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: longestFile)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            guard got > 0 else { break }
            count += got
        }
        guard count > 0, count < longestFile else { throw TLSError("the file of the \(what) is empty or too long") }
        return Array(bytes[..<count])
    }
}
