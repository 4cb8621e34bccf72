/// The types of files that are served; a file of any other kind is not.
enum FileType {
    private static let types: [Substring: String] = {
        let text = """
            html  text/html; charset=utf-8
            css   text/css; charset=utf-8
            js    text/javascript; charset=utf-8
            mjs   text/javascript; charset=utf-8
            json  application/json
            map   application/json
            webmanifest application/manifest+json
            txt   text/plain; charset=utf-8
            svg   image/svg+xml
            png   image/png
            jpg   image/jpeg
            jpeg  image/jpeg
            gif   image/gif
            webp  image/webp
            avif  image/avif
            ico   image/x-icon
            woff2 font/woff2
            woff  font/woff
            mp3   audio/mpeg
            wav   audio/wav
            ogg   audio/ogg
            mp4   video/mp4
            webm  video/webm
            wasm  application/wasm
            pdf   application/pdf
            """
        var types: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            types[words[0]] = String(words[1].drop { $0 == " " })
        }
        return types
    }()

    /// By the name's ending; nil when such a file is not served.
    static func contentType(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return types[Substring(name[name.index(after: dot)...].lowercased())]
    }

    /// Whether the name holds a digest of the content, as `app.3f2a9c1b.js` and `app-3f2a9c1b.js` do.
    static func isFingerprinted(_ name: String) -> Bool {
        let parts = name.split { $0 == "." || $0 == "-" }
        guard parts.count > 2 else { return false }
        return parts.dropFirst().dropLast().contains { part in
            (8...64).contains(part.utf8.count) && part.utf8.contains { (0x30...0x39).contains($0) }
                && part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
        }
    }
}
