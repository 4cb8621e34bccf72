/// A `multipart/form-data` body (RFC 7578) whose files are read while they are sent; its length is known before.
package struct MultipartBody: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case file(path: String, offset: Int64, length: Int64)

        var length: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, _, let length): length
            }
        }
    }

    private let boundary: String
    private var pieces: [Piece] = []

    package init() {
        // 190 random bits: no part holds it by chance, and nobody can have put it there.
        boundary =
            "switchboard-" + String((0..<32).compactMap { _ in "abcdefghijklmnopqrstuvwxyz234567".randomElement() })
    }

    package var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// Adds a field of text.
    package mutating func add(_ name: String, _ value: String) {
        pieces.append(.bytes(opening(name, fileName: nil, contentType: nil) + Array(value.utf8) + Array("\r\n".utf8)))
    }

    /// Adds a file whose bytes are here.
    package mutating func add(_ name: String, fileName: String, contentType: String, bytes: [UInt8]) {
        pieces.append(.bytes(opening(name, fileName: fileName, contentType: contentType) + bytes + Array("\r\n".utf8)))
    }

    /// Adds a range of a file on disk.
    package mutating func add(
        _ name: String, fileName: String, contentType: String, path: String, offset: Int64 = 0, length: Int64
    ) {
        pieces.append(.bytes(opening(name, fileName: fileName, contentType: contentType)))
        pieces.append(.file(path: path, offset: offset, length: length))
        pieces.append(.bytes(Array("\r\n".utf8)))
    }

    /// The body of a request; set its `Content-Type` from `contentType`.
    package var body: OutboundHTTPRequest.Body {
        let pieces = self.pieces + [.bytes(Array("--\(boundary)--\r\n".utf8))]
        return .replayable {
            ConcatenatedSource(
                pieces.map { piece in
                    switch piece {
                    case .bytes(let bytes): BytesSource(bytes)
                    case .file(let path, let offset, let length): FileSource(path: path, offset: offset, length: length)
                    }
                }, length: pieces.reduce(0) { $0 + $1.length })
        }
    }

    private func opening(_ name: String, fileName: String?, contentType: String?) -> [UInt8] {
        var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\""
        if let fileName { head += "; filename=\"\(Self.quoted(fileName))\"" }
        head += "\r\n"
        if let contentType { head += "Content-Type: \(Self.quoted(contentType))\r\n" }
        return Array((head + "\r\n").utf8)
    }

    /// What browsers do with the characters that would end the quoted name or the line.
    private static func quoted(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "%22"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Bytes that are all there, for one reader.
final class BytesSource: ByteSource, @unchecked Sendable {
    private var bytes: [UInt8]?
    let length: Int64?

    init(_ bytes: [UInt8]) {
        length = Int64(bytes.count)
        self.bytes = bytes.isEmpty ? nil : bytes
    }

    func next() async throws -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}

/// Several sources, one after another, for one reader.
private final class ConcatenatedSource: ByteSource, @unchecked Sendable {
    private var sources: ArraySlice<any ByteSource>
    let length: Int64?

    init(_ sources: [any ByteSource], length: Int64) {
        self.sources = sources[...]
        self.length = length
    }

    func next() async throws -> [UInt8]? {
        while let first = sources.first {
            if let bytes = try await first.next() { return bytes }
            sources.removeFirst()
        }
        return nil
    }
}
