import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct FailingServiceTests {
    @Test func `a service that is away is a 503 that says when to come back`() async throws {
        try await withLoop { loop in
            // Bound and not accepted from, so that the system refuses nobody else's port.
            let port = try Self.refusedPort()
            try await DoorUnderTest.with(port: port, on: loop) { door async throws in
                let answer = try await door.send()
                #expect(answer.headers["retry-after"] == "1")
                let problem = try await door.problem(answer)
                #expect(problem.status == 503)
                #expect(problem.code == "unavailable")
                #expect(!problem.detail.contains("\(port)"))
            }
        }
    }

    @Test(arguments: [
        RawService.Act.close, .answer(""), .answer("nonsense\r\n\r\n"), .answer("HTTP/1.1 200 OK\r\nContent-Le"),
        .answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
        .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd"),
        .answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        .answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsecret"),
        .answer("SSH-2.0-OpenSSH_9.2 secret\r\n"),
    ])
    func `a service that answers with no HTTP, or with half of it, is a 502 that tells nothing`(
        act: RawService.Act
    ) async throws {
        try await RawService.with(act) { door async throws in
            let problem = try await door.problem(try await door.send())
            #expect(problem.status == 502)
            #expect(problem.code == "upstream_unavailable")
            #expect(problem.errors.isEmpty)
            for word in ["secret", "127.0.0.1", "nonsense", "connection"] { #expect(!problem.detail.contains(word)) }
        }
    }

    @Test func `a service that says nothing is a 504`() async throws {
        try await RawService.with(.silence, patience: .milliseconds(100)) { door async throws in
            let problem = try await door.problem(try await door.send())
            #expect(problem.status == 504)
            #expect(problem.code == "upstream_timeout")
        }
    }

    @Test func `a service that stops in the middle of a small answer is a 504`() async throws {
        var configuration = HTTPClientConfiguration()
        configuration.bodyIdleDeadline = .milliseconds(100)
        try await withLoop { [configuration] loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: loop, socket: socket, logger: .init(service: "test", level: .error), metrics: .init()
            ) { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: 10) { writer in
                        try await writer.write([1, 2])
                        try await loop.sleep(for: .seconds(60))
                    })
            }
            try server.start()
            try await DoorUnderTest.with(port: socket.port, on: loop, configuration: configuration) {
                door async throws in
                let problem = try await door.problem(try await door.send())
                #expect(problem.status == 504)
            }
            await server.drain(within: .zero)
        }
    }

    @Test func `an answer that breaks off after its head breaks off at the client too`() async throws {
        let long = String(repeating: "a", count: 100_000)
        try await RawService.with(.answer("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n\(long)")) {
            door async throws in
            let answer = try await door.send()
            #expect(answer.status == 200)
            await #expect(throws: HTTPBodyError.self) { _ = try await answer.body.collect(upTo: 1 << 20) }
        }
        try await RawService.with(.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")) {
            door in
            let answer = try await door.send()
            await #expect(throws: HTTPBodyError.self) { _ = try await answer.body.collect(upTo: 1 << 20) }
        }
    }

    @Test func `a service's own problem is passed on as it is, with the gateway's request id`() async throws {
        let document = #"{"code":"validation_failed","status":422}"#
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 422, headers: ["Content-Type": Problem.contentType, "X-Request-ID": "theirs"],
                body: .bytes(Array(document.utf8)))
        }) { door async throws in
            let answer = try await door.send(
                .post, "/api/v1/calls", headers: ["Content-Type": "application/json"], body: .bytes([1]))
            #expect(answer.status == 422)
            #expect(answer.headers.all(named: "x-request-id").count == 1)
            #expect(answer.headers["x-request-id"] != "theirs")
            let bytes = try await answer.body.collect(upTo: 1000)
            #expect(String(decoding: bytes, as: UTF8.self) == document)
        }
    }

    /// A port that nobody listens on: one that was ours a moment ago.
    private static func refusedPort() throws -> Int {
        try ListeningSocket.bind(host: "127.0.0.1", port: 0).port
    }
}
