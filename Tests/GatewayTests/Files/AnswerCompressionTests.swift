import HTTP
import HTTPClient
import IO
import Testing
import TestSupport

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct AnswerCompressionTests {
    private static let list =
        #"{"data":["#
        + (0..<200).map { #"{"id":"call-\#($0)","status":"completed"}"# }.joined(separator: ",") + "]}"
    private static let asked: HTTPHeaders = ["Accept-Encoding": "br, gzip"]

    private static func answer(
        _ headers: HTTPHeaders = ["Content-Type": "application/json"], _ text: String = list, status: Int = 200
    ) -> HTTPHandler {
        { _ in HTTPResponse(status: status, headers: headers, body: .bytes(Array(text.utf8))) }
    }

    /// Threads that wait for curl.
    private static let programs = WorkerPool(name: "programs", threads: 2, queueLimit: 100)

    /// What curl, which undoes the coding, gets.
    private static func curl(_ door: DoorUnderTest, _ coding: String, _ path: String, in folder: String) async throws
        -> [UInt8]
    {
        let endpoint = door.endpoint
        return try await programs.run {
            try Program.run(
                "/usr/bin/curl",
                [
                    "-sS", "--fail", "--compressed", "-H", "Accept-Encoding: \(coding)", "-H", "Host: acme.localhost",
                    "-o", "\(folder)/body", "http://\(endpoint)\(path)",
                ], log: "\(folder)/log")
            guard let file = OpenFile("\(folder)/body") else { return [] }
            return try file.read(at: 0, atMost: Int(file.stamp.size))
        }
    }

    @Test(arguments: ["gzip", "br"])
    func `another program gets the same bytes, whole, large and in pieces`(coding: String) async throws {
        // Numbers that no coding makes much smaller, and more of them than a loop compresses itself.
        let large = (0..<60_000).map { "\($0 &* 2_654_435_761 % 1_000_003)" }.joined(separator: ",")
        try await TestFolder.with { folder in
            try await DoorUnderTest.with(service: { request in
                let json: HTTPHeaders = ["Content-Type": "application/json"]
                switch request.path {
                case "/api/v1/calls":
                    return HTTPResponse(status: 200, headers: json, body: .bytes(Array(Self.list.utf8)))
                case "/api/v1/deals":
                    return HTTPResponse(status: 200, headers: json, body: .bytes(Array(large.utf8)))
                default:
                    return HTTPResponse(
                        status: 200, headers: json,
                        body: .stream(length: nil) { writer in
                            for _ in 0..<50 { try await writer.write(Array(Self.list.utf8)) }
                            try await writer.write(Array(large.utf8))
                        })
                }
            }) { door async throws in
                let small = try await Self.curl(door, coding, "/api/v1/calls", in: folder.path)
                #expect(String(decoding: small, as: UTF8.self) == Self.list)
                let whole = try await Self.curl(door, coding, "/api/v1/deals", in: folder.path)
                #expect(String(decoding: whole, as: UTF8.self) == large)
                let streamed = try await Self.curl(door, coding, "/api/v1/leads", in: folder.path)
                #expect(
                    String(decoding: streamed, as: UTF8.self) == String(repeating: Self.list, count: 50) + large)
            }
        }
    }

    @Test func `an answer is compressed for who asks, and says so`() async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/json", "ETag": "\"7\""]
        try await DoorUnderTest.with(service: Self.answer(headers)) { door async throws in
            let plain = try await door.send([:])
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.headers["vary"]?.contains("Accept-Encoding") == true)
            #expect(plain.headers["etag"] == "\"7\"")
            let answer = try await door.send(Self.asked)
            #expect(answer.headers["content-encoding"] == "br")
            #expect(answer.headers["vary"]?.contains("Accept-Encoding") == true)
            #expect(answer.headers["etag"] == "\"7-br\"")
            let bytes = try await answer.body.collect(upTo: 1 << 20)
            #expect(answer.headers["content-length"] == "\(bytes.count)")
            #expect(bytes.count < Self.list.utf8.count / 3)
        }
    }

    @Test func `a tag of a coding is the service's own again on its way back`() async throws {
        let asked = Asked()
        let response = HTTPResponse(status: 304, headers: ["ETag": "\"7\""])
        try await DoorUnderTest.with(service: asked.handler(response)) { door async throws in
            let answer = try await door.send(["If-None-Match": "\"7-br\", W/\"6-gzip\""])
            #expect(asked.requests.last?.headers.all(named: "if-none-match") == ["\"7\", W/\"6\""])
            #expect(answer.headers["etag"]?.hasPrefix("\"7-") == true)
            _ = try await door.send(
                .patch, "/api/v1/calls/x", headers: ["If-Match": "\"7-gzip\"", "Content-Type": "application/json"],
                body: .bytes([1]))
            #expect(asked.requests.last?.headers.all(named: "if-match") == ["\"7\""])
            let plain = try await door.send(["If-None-Match": "\"7\""])
            #expect(plain.headers["etag"] == "\"7\"")
        }
    }

    @Test(
        arguments: [
            ["Content-Type": "audio/wav"], ["Content-Type": "text/event-stream"], [:],
            ["Content-Type": "application/json", "Content-Encoding": "gzip"],
            ["Content-Type": "application/json", "Cache-Control": "no-store, No-Transform"],
            ["Content-Type": "application/json", "Set-Cookie": "refresh=secret"],
        ] as [HTTPHeaders])
    func `what must not be compressed is not`(headers: HTTPHeaders) async throws {
        try await DoorUnderTest.with(service: Self.answer(headers)) { door async throws in
            let answer = try await door.send(Self.asked)
            #expect(answer.headers["content-encoding"] == headers["content-encoding"])
            let bytes = try await answer.body.collect(upTo: 1 << 20)
            #expect(String(decoding: bytes, as: UTF8.self) == Self.list)
        }
    }

    @Test func `small answers, writes, sign-in and parts are not compressed`() async throws {
        try await DoorUnderTest.with(service: Self.answer(["Content-Type": "application/json"], "{}")) {
            door async throws in
            #expect(try await door.send(Self.asked).headers["content-encoding"] == nil)
        }
        try await DoorUnderTest.with(service: Self.answer()) { door async throws in
            for (method, path) in [(HTTPMethod.post, "/api/v1/calls"), (.get, "/api/v1/auth/sessions")] {
                #expect(try await door.send(method, path, headers: Self.asked).headers["content-encoding"] == nil)
            }
        }
        try await DoorUnderTest.with(
            service: Self.answer(["Content-Type": "application/json", "Content-Range": "bytes 0-9/10"], status: 206)
        ) { door async throws in
            #expect(try await door.send(Self.asked).headers["content-encoding"] == nil)
        }
    }

    @Test func `a piece of a compressed stream can be read before the next is made`() async throws {
        let (more, gate) = AsyncStream<Void>.makeStream()
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .stream(length: nil) { writer in
                    for await _ in more { try await writer.write(Array(Self.list.utf8)) }
                })
        }) { door async throws in
            gate.yield()
            let answer = try await door.send(["Accept-Encoding": "gzip"])
            #expect(answer.headers["content-encoding"] == "gzip")
            let first = try await answer.body.next()
            #expect((first?.count ?? 0) > 20)
            gate.yield()
            let second = try await answer.body.next()
            #expect((second?.count ?? 0) > 0)
            gate.finish()
            let rest = try await answer.body.collect(upTo: 1 << 20)
            #expect(!rest.isEmpty)
        }
    }

    @Test func `HEAD has the fields of GET`() async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json", "Content-Length": "5000", "ETag": "\"1\""])
        }) { door async throws in
            let head = try await door.send(.head, "/api/v1/calls", headers: Self.asked)
            #expect(head.headers["content-encoding"] == "br")
            #expect(head.headers["etag"] == "\"1-br\"")
            #expect(head.headers["content-length"] == nil)
        }
    }
}
