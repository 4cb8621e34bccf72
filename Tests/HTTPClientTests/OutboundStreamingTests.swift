import FoundationEssentials
import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct OutboundStreamingTests {
    @Test func `a slow reader holds the sender back`() async throws {
        try await withLoop { loop in
            let total = 24 << 20
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
                for index in 0..<24 {
                    connection.send([UInt8](repeating: UInt8(index), count: 1 << 20))
                }
                await connection.drained()
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.maximumResponseBytes = total
            let answer = try await client.open(request)
            // Nothing is read until the kernel's buffers are full: what is left waits at the server.
            var before = -1
            while before != server.connections[0].pendingBytes {
                before = server.connections[0].pendingBytes
                try await loop.sleep(for: .milliseconds(20))
            }
            #expect(server.connections[0].pendingBytes > 1 << 20)
            #expect(answer.body.waiting <= HTTPBody.highWater + 16_384)
            var count = 0
            var sum = 0
            while let bytes = try await answer.body.next() {
                count += bytes.count
                sum += Int(bytes[0])
            }
            #expect(count == total && sum > 0)
            server.close()
        }
    }

    @Test func `letting go of a streamed answer closes the connection`() async throws {
        try await withLoop { loop in
            let (ended, end) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                await connection.waitForEnd()
                end.yield()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            do {
                let answer = try await client.open(.init(.get, server.url()))
                #expect(try await answer.body.next() == Array("abc".utf8))
            }
            for await _ in ended { break }
            server.close()
        }
    }

    @Test func `an answer that stands still is given up before the deadline`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.idleDeadline = .seconds(1)
            let answer = try await client.open(request)
            await #expect(throws: HTTPBodyError.timedOut) { _ = try await answer.body.collect(upTo: 100) }
            server.close()
        }
    }

    @Test func `a stream of unknown length is sent in chunks`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                let head = try await connection.head()
                let body = try await connection.chunkedBody()
                #expect(head.field("transfer-encoding") == "chunked" && head.field("expect") == nil)
                #expect(body.count == 10 * 100_000 && body.last == 9)
                connection.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            let source = Pieces((0..<10).map { [UInt8](repeating: $0, count: 100_000) }, length: nil)
            let answer = try await client.send(.init(.put, server.url(), body: .stream(source)))
            #expect(answer.status == 201)
            server.close()
        }
    }

    @Test func `a range of a file is sent with its length`() async throws {
        try await withLoop { loop in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try Data(content).write(to: URL(fileURLWithPath: path))
            let server = try ScriptedServer(loop) { connection, _ in
                let head = try await connection.head()
                let length = try #require(head.field("content-length").flatMap { Int($0) })
                #expect(length == 600_000)
                #expect(try await connection.bytes(length) == Array(content[50_000..<650_000]))
                connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            let answer = try await client.send(
                .init(.put, server.url(), body: .file(path, offset: 50_000, length: 600_000)))
            #expect(answer.status == 204)
            server.close()
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `a form of several parts has its length and its boundary`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                let head = try await connection.head()
                let length = try #require(head.field("content-length").flatMap { Int($0) })
                let type = try #require(head.field("content-type"))
                let boundary = try #require(type.split(separator: "boundary=").last)
                let body = String(decoding: try await connection.bytes(length), as: UTF8.self)
                #expect(
                    body == """
                        --\(boundary)\r\nContent-Disposition: form-data; name="model"\r\n\r\nsmall\r\n\
                        --\(boundary)\r\nContent-Disposition: form-data; name="file"; filename="a%22b.wav"\r\n\
                        Content-Type: audio/wav\r\n\r\nRIFF\r\n--\(boundary)--\r\n
                        """)
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var form = MultipartBody()
            form.add("model", "small")
            form.add("file", fileName: "a\"b.wav", contentType: "audio/wav", bytes: Array("RIFF".utf8))
            let answer = try await client.send(
                .init(.post, server.url(), headers: ["Content-Type": form.contentType], body: form.body))
            #expect(answer.status == 200)
            server.close()
        }
    }
}

/// Pieces that are all there.
final class Pieces: ByteSource, @unchecked Sendable {
    private var pieces: ArraySlice<[UInt8]>
    let length: Int64?

    init(_ pieces: [[UInt8]], length: Int64?) {
        self.pieces = pieces[...]
        self.length = length
    }

    func next() async throws -> [UInt8]? { pieces.popFirst() }
}
