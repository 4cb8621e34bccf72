import HTTP
import HTTPClient
import Testing

@testable import Gateway

@Suite struct StaticSitesTests {
    private static let script = String(repeating: "const answer = 42;\n", count: 100)
    private static let film = (0..<(Int(StaticFolder.largestHeld) + 100_000)).map {
        UInt8(truncatingIfNeeded: $0 % 251)
    }

    private static func with(
        _ body: @escaping @Sendable (DoorUnderTest, Asked) async throws -> Void
    ) async throws {
        try await TestFolder.with { folder in
            try folder.write("index.html", "<!doctype html><p>console")
            try folder.write("app.js", script)
            try folder.write("app.3f2a9c1b.js", script)
            try folder.write("film.mp4", film)
            try folder.write("robots.txt", "User-agent: *\n")
            try folder.write("widget/v1.js", script)
            try folder.write("widget/frame.html", "<p>widget")
            let edge = EdgeUnderTest(sites: await folder.sites())
            let asked = Asked()
            try await DoorUnderTest.with(edge: edge, service: asked.handler()) { door async throws in
                try await body(door, asked)
            }
        }
    }

    private static func text(_ answer: HTTPClientResponse) async throws -> String {
        String(decoding: try await answer.body.collect(upTo: 1 << 22), as: UTF8.self)
    }

    @Test func `the console is at its places, on tenants' hosts alone`() async throws {
        try await Self.with { door, asked async throws in
            for path in ["/", "/console", "/console/", "/console/index.html"] {
                let answer = try await door.send(.get, path)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
                #expect(answer.headers["cache-control"] == "no-cache")
                #expect(answer.headers["content-security-policy"]?.contains("script-src 'self';") == true)
                #expect(answer.headers["x-frame-options"] == "DENY")
                #expect(try await Self.text(answer).contains("console"))
            }
            #expect(try await door.send(.get, "/robots.txt").status == 200)
            #expect(try await door.send(.get, "/", host: "nobody.localhost").status == 404)
            #expect(asked.requests.isEmpty)
        }
    }

    @Test func `a browser gets the console's page at any place, and nobody else does`() async throws {
        let browser: HTTPHeaders = ["Accept": "text/html"]
        try await Self.with { door, asked async throws in
            for path in ["/calls/1", "/console/calls/1", "/settings"] {
                #expect(try await door.send(.get, path, headers: browser).status == 200)
                #expect(try await door.send(.get, path, headers: ["Accept": "*/*"]).status == 404)
                for method: HTTPMethod in [.head, .post, .put, .delete, .options] {
                    #expect(try await door.send(method, path, headers: browser).status == 404)
                }
            }
            for path in [
                "/api/v1/nothing", "/api/v2", "/internal/changes", "/hooks/x", "/.well-known/x", "/widget/none.js",
                "/widget", "/ready/x",
            ] {
                #expect(try await door.send(.get, path, headers: browser).status == 404, "\(path)")
            }
            #expect(try await door.send(.post, "/console/app.js", headers: browser).status == 405)
            #expect(asked.requests.isEmpty)
        }
    }

    @Test(arguments: [
        "/console/../index.html", "/console/%2e%2e/index.html", "/console/..%2findex.html", "/console/%2e%2e%2fx",
        "/console//index.html", "/console/%5cx", "/console/%00",
    ])
    func `no path leads out of the folder`(path: String) async throws {
        try await Self.with { door, _ async throws in
            #expect(try await door.send(.get, path, headers: ["Accept": "text/html"]).status == 400)
        }
    }

    @Test func `a file whose name tells its content is kept for ever, another is asked for again`() async throws {
        try await Self.with { door, _ async throws in
            let plain = try await door.send(.get, "/console/app.js")
            #expect(plain.headers["cache-control"] == "no-cache")
            let named = try await door.send(.get, "/console/app.3f2a9c1b.js")
            #expect(named.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
    }

    @Test func `whoever has a form of a file is told so and not sent it`() async throws {
        try await Self.with { door, _ async throws in
            for coding in ["br", "gzip", "identity"] {
                let first = try await door.send(.get, "/console/app.js", headers: ["Accept-Encoding": coding])
                let tag = try #require(first.headers["etag"])
                #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
                for condition in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                    let again = try await door.send(
                        .get, "/console/app.js", headers: ["Accept-Encoding": coding, "If-None-Match": condition])
                    #expect(again.status == 304, "\(condition)")
                    #expect(again.headers["etag"] == tag)
                    #expect(again.headers["vary"]?.contains("Accept-Encoding") == true)
                }
                let other = try await door.send(
                    .get, "/console/app.js", headers: ["Accept-Encoding": coding, "If-None-Match": "\"x\""])
                #expect(other.status == 200)
            }
        }
    }

    /// What a client accepts, and what it gets.
    @Test(arguments: [
        ("br", "br"), ("gzip", "gzip"), ("gzip, br", "br"), ("gzip;q=1, br;q=0.5", "gzip"), ("*", "br"),
        ("br;q=0, *", "gzip"), ("gzip;q=0.001", "gzip"), ("identity", nil), ("br;q=0", nil), ("deflate", nil),
        ("identity;q=1, gzip;q=0.5", nil), ("x-gzip", "gzip"), ("BR", "br"), ("br;q=2", nil), ("", nil),
    ])
    func `the form of a file is the one that the client asks for most`(accepted: String, coding: String?) async throws {
        try await Self.with { door, _ async throws in
            let answer = try await door.send(.get, "/console/app.js", headers: ["Accept-Encoding": accepted])
            #expect(answer.status == 200)
            #expect(answer.headers["content-encoding"] == coding)
            #expect(answer.headers.all(named: "vary").joined().contains("Accept-Encoding"))
            let bytes = try await answer.body.collect(upTo: 1 << 20)
            #expect((bytes.count < Self.script.utf8.count) == (coding != nil))
            let head = try await door.send(.head, "/console/app.js", headers: ["Accept-Encoding": accepted])
            #expect(head.headers["content-length"] == "\(bytes.count)")
            #expect(head.headers["etag"] == answer.headers["etag"])
        }
    }

    @Test func `a part of a file is sent, held or from the disk`() async throws {
        try await Self.with { door, _ async throws in
            for (path, all) in [("/console/app.js", Array(Self.script.utf8)), ("/console/film.mp4", Self.film)] {
                for (range, expected) in [
                    ("bytes=0-9", 0..<10), ("bytes=10-", 10..<all.count), ("bytes=-5", all.count - 5..<all.count),
                ] {
                    let answer = try await door.send(
                        .get, path, headers: ["Range": range, "Accept-Encoding": "br, gzip"])
                    #expect(answer.status == 206)
                    #expect(
                        answer.headers["content-range"]
                            == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/\(all.count)")
                    #expect(answer.headers["content-encoding"] == nil)
                    let bytes = try await answer.body.collect(upTo: 1 << 22)
                    #expect(bytes == Array(all[expected]))
                }
                let beyond = try await door.send(.get, path, headers: ["Range": "bytes=\(all.count)-"])
                #expect(beyond.status == 416)
                #expect(beyond.headers["content-range"] == "bytes */\(all.count)")
                let stale = try await door.send(.get, path, headers: ["Range": "bytes=0-9", "If-Range": "\"old\""])
                #expect(stale.status == 200)
                let whole = try await stale.body.collect(upTo: 1 << 22)
                #expect(whole == all)
            }
        }
    }

    @Test func `the widget's files are for pages of any origin`() async throws {
        try await Self.with { door, _ async throws in
            door.allow(["https://www.acme.example"])
            let script = try await door.send(.get, "/widget/v1.js", headers: ["Origin": "https://any.example"])
            #expect(script.status == 200)
            #expect(script.headers.all(named: "access-control-allow-origin") == ["*"])
            #expect(script.headers["cross-origin-resource-policy"] == "cross-origin")
            #expect(script.headers["cache-control"]?.contains("max-age=") == true)
            let frame = try await door.send(.get, "/widget/frame.html")
            #expect(
                frame.headers["content-security-policy"]?.contains("frame-ancestors 'self' https://www.acme.example")
                    == true)
            #expect(frame.headers["x-frame-options"] == nil)
        }
    }

    @Test func `a suspended tenant's console is still there for its owner`() async throws {
        try await Self.with { door, _ async throws in
            try door.suspend()
            #expect(try await door.send(.get, "/console/").status == 200)
            #expect(try await door.send(.get, "/console/app.js").status == 200)
            #expect(try await door.send(.get, "/").status == 403)
            #expect(try await door.send(.get, "/widget/v1.js").status == 403)
        }
    }
}
