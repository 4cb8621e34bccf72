import HTTP
import Testing

@testable import Gateway

@Suite struct StaticFolderTests {
    @Test func `only plain files of known types are taken up`() async throws {
        try await TestFolder.with { folder in
            try folder.write("index.html", "<p>")
            try folder.write("a/b/c.css", "p{}")
            for hidden in [".env", ".git/config.json", "a/.secret.js", "program", "notes.md", "key.pem", "x.php"] {
                try folder.write(hidden, "secret")
            }
            folder.link("passwd.txt", to: "/etc/passwd")
            folder.link("inner.css", to: "a/b/c.css")
            folder.link("etc", to: "/etc")
            let read = try StaticFolder.read(folder.path)
            #expect(read.files.keys.sorted() == ["a/b/c.css", "index.html"])
            for path in ["", "..", "../etc/passwd", "a", "a/b", "a/b/", "/index.html", "./index.html", "INDEX.HTML"] {
                #expect(read[path] == nil)
            }
        }
    }

    @Test func `what has changed is read again, and what has not is not`() async throws {
        try await TestFolder.with { folder in
            try folder.write("index.html", "one")
            try folder.write("app.js", "1")
            let first = try StaticFolder.read(folder.path)
            #expect(try first.isCurrent(folder.path))
            try folder.write("index.html", "three")
            try folder.write("more.js", "2")
            #expect(try !first.isCurrent(folder.path))
            let second = try StaticFolder.read(folder.path, previous: first)
            #expect(try second.isCurrent(folder.path))
            #expect(second.files.count == 3)
            #expect(second["index.html"]?.digest != first["index.html"]?.digest)
            #expect(second["app.js"]?.digest == first["app.js"]?.digest)
            folder.delete("app.js")
            #expect(try !second.isCurrent(folder.path))
            #expect(try StaticFolder.read(folder.path, previous: second)["app.js"] == nil)
        }
    }

    @Test func `texts are held compressed where that is smaller, a ready sibling before one made here`() async throws {
        try await TestFolder.with { folder in
            let text = String(repeating: "function call() { return 1 }\n", count: 200)
            try folder.write("app.js", text)
            try folder.write("tiny.js", "1")
            try folder.write("picture.png", Array(text.utf8))
            try folder.write("ready.css", text)
            try folder.write("ready.css.br", "brotli by somebody else")
            let read = try StaticFolder.read(folder.path)
            #expect(read.files.keys.sorted() == ["app.js", "picture.png", "ready.css", "tiny.js"])
            #expect(read["app.js"]?.coded.count == 2)
            #expect(read["tiny.js"]?.coded.isEmpty == true)
            #expect(read["picture.png"]?.coded.isEmpty == true)
            #expect(read["ready.css"]?.coded[.brotli] == Array("brotli by somebody else".utf8))
            #expect(read["ready.css"]?.coded[.gzip] != nil)
        }
    }

    @Test func `large files stay on the disk`() async throws {
        try await TestFolder.with { folder in
            try folder.write("film.mp4", [UInt8](repeating: 7, count: Int(StaticFolder.largestHeld) + 1))
            let read = try StaticFolder.read(folder.path)
            #expect(read["film.mp4"]?.weight == 0)
        }
    }

    @Test(arguments: [
        ("app.3f2a9c1b.js", true), ("app-3f2a9c1b.css", true), ("chunk.0123456789abcdef.js", true), ("app.js", false),
        ("app.min.js", false), ("deadbeef.js", false), ("app.deadbeef.js", false), ("app.3f2a9c1.js", false),
        ("app.3f2a9c1z.js", false),
    ])
    func `a name tells its content when it holds a digest`(name: String, isFingerprinted: Bool) {
        #expect(FileType.isFingerprinted(name) == isFingerprinted)
    }
}
