import HTTP

/// One file that is served, as it was when its folder was read.
struct StaticFile: Sendable {
    /// What tells whether the file has changed, without reading it.
    struct Stamp: Equatable, Sendable {
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        var inode: UInt64
    }

    enum Content: Sendable {
        case held([UInt8])
        /// Too large to hold; read from this path when it is asked for.
        case onDisk(String)
    }

    /// Behind the folder, with slashes.
    let path: String
    let contentType: String
    let stamp: Stamp
    let content: Content
    /// Of the content, in hexadecimal: what the entity tags are made of.
    let digest: String
    let isFingerprinted: Bool
    /// The compressed forms that are smaller.
    var coded: [ContentCoding: [UInt8]] = [:]

    var isPage: Bool { contentType.hasPrefix("text/html") }

    /// The strong tag of one form.
    func tag(_ coding: ContentCoding?) -> String {
        coding.map { "\"\(digest)-\($0.rawValue)\"" } ?? "\"\(digest)\""
    }

    /// Bytes that are held.
    var weight: Int {
        var sum = coded.values.reduce(0) { $0 + $1.count }
        if case .held(let bytes) = content { sum += bytes.count }
        return sum
    }
}
