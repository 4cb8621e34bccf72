import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct UploadTests {
    private func begin(_ call: CallID, bytes: Int, on server: CallsServer) async throws -> CallsAPI.Upload {
        let answer = try await server.sendJSON(
            .post, "/api/v1/recordings/uploads", "{\"call_id\": \"\(call)\", \"bytes\": \(bytes)}")
        #expect(answer.status == 201 && answer.headers["Upload-Offset"] == "0")
        return try answer.decoded()
    }

    private func append(
        _ bytes: ArraySlice<UInt8>, at offset: Int, to upload: UploadID, on server: CallsServer,
        as caller: TestCaller = .user(.owner)
    ) async throws -> CallsServer.Answer {
        try await server.send(
            .patch, "/api/v1/recordings/uploads/\(upload)", as: caller,
            headers: ["Content-Type": "application/octet-stream", "Upload-Offset": "\(offset)"],
            body: .bytes(Array(bytes)))
    }

    @Test func `a recording in parts goes on where it broke off, and becomes what one piece would`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            let bytes = Tones.wav(seconds: 5)
            let upload = try await begin(call, bytes: bytes.count, on: server).id
            #expect(try await append(bytes[..<30_000], at: 0, to: upload, on: server).status == 200)
            // An answer was lost: the part comes again and is refused with the place to go on.
            let repeated = try await append(bytes[..<30_000], at: 0, to: upload, on: server)
            #expect(repeated.status == 409 && repeated.headers["Upload-Offset"] == "30000")
            let state = try await server.send(.get, "/api/v1/recordings/uploads/\(upload)")
            #expect(try state.decoded(CallsAPI.Upload.self).offset == 30_000)
            #expect(try await append(bytes[30_000...] + [0], at: 30_000, to: upload, on: server).status == 409)
            #expect(
                try await append(bytes[30_000..<30_001], at: 30_000, to: upload, on: server, as: .user(.agent)).status
                    == 404)
            #expect(try await server.get(call).recording == nil)
            let last = try await append(bytes[30_000...], at: 30_000, to: upload, on: server)
            #expect(last.status == 200)
            #expect(try last.decoded(CallsAPI.Upload.self).isComplete)
            #expect(try await server.get(call).recording?.bytes == Int64(bytes.count))
            #expect(try await server.send(.get, "/api/v1/calls/\(call)/recording").bytes == bytes)
            #expect(try await server.storedFiles().count == 1)
            // Whoever missed the last answer learns that it is done.
            let missed = try await append([], at: bytes.count, to: upload, on: server)
            #expect(try missed.decoded(CallsAPI.Upload.self).isComplete)
        }
    }

    @Test func `parts that are no audio end the upload, and what nobody finishes is swept away`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            let page = Array("<html>no audio, but quite long enough to be one</html>".utf8)
            let upload = try await begin(call, bytes: page.count, on: server).id
            #expect(try await append(page[..<10], at: 0, to: upload, on: server).status == 200)
            #expect(try await append(page[10...], at: 10, to: upload, on: server).status == 415)
            #expect(try await server.send(.get, "/api/v1/recordings/uploads/\(upload)").status == 404)
            #expect(try await server.storedFiles() == [])
            let other = try await begin(call, bytes: 100, on: server).id
            #expect(try await append(page[..<10], at: 0, to: other, on: server).status == 200)
            _ = try await server.database.tenant(server.tenant).execute(
                "UPDATE recording_uploads SET expires_at = now() - interval '1 second' WHERE tenant_id = \(server.tenant)"
            )
            #expect(try await append(page[..<10], at: 10, to: other, on: server).status == 404)
            try await UploadSweep(store: UploadStore(database: server.database), blobs: server.blobs).run()
            #expect(try await server.storedFiles() == [])
        }
    }

    @Test func `an upload is for a call that may have a recording, and can be given up`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            let path = "/api/v1/recordings/uploads"
            let body = "{\"call_id\": \"\(call)\", \"bytes\": 10}"
            #expect(
                try await server.sendJSON(.post, path, "{\"call_id\": \"\(CallID.make())\", \"bytes\": 1}").status
                    == 422)
            #expect(try await server.sendJSON(.post, path, "{\"call_id\": \"\(call)\", \"bytes\": 0}").status == 422)
            let upload = try await begin(call, bytes: 10, on: server).id
            #expect(try await server.send(.delete, "\(path)/\(upload)").status == 204)
            #expect(try await server.send(.get, "\(path)/\(upload)").status == 404)
            _ = try await server.upload(Tones.wav(seconds: 1), to: call)
            #expect(try await server.sendJSON(.post, path, body).status == 409)
        }
    }
}
