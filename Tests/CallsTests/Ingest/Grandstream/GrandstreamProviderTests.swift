import HTTP
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@testable import Calls

struct GrandstreamProviderTests {
    private let provider = GrandstreamProvider(name: "grandstream_ucm")

    private func with(_ body: @escaping @Sendable (FakeUCM) async throws -> Void) async throws {
        try await withLoop { loop in
            let ucm = try FakeUCM(loop)
            let result: Result<Void, any Error>
            do { result = .success(try await body(ucm)) } catch { result = .failure(error) }
            await ucm.stop()
            try result.get()
        }
    }

    @Test(arguments: ["classic", "new"])
    func `recordings are fetched by either interface, wherever the PBX keeps them`(_ interface: String) async throws {
        try await with { [provider] ucm in
            ucm.recordings = [
                "monitor/2026-01/a.wav": Array("RIFF of a".utf8), "monitor/b.wav": Array("RIFF of b".utf8),
                "queue/c.wav": Array("RIFF of c".utf8),
            ]
            for (name, text) in [
                ("2026-01/a.wav", "RIFF of a"), ("2026-01/b.wav", "RIFF of b"), ("c.wav", "RIFF of c"),
            ] {
                let opened = try await provider.open(
                    RecordingReference(kind: .name, locator: name), ucm.connection(interface), ucm.client)
                #expect(String(decoding: try await opened.body.collect(upTo: 100), as: UTF8.self) == text)
            }
            await #expect {
                _ = try await provider.open(
                    RecordingReference(kind: .name, locator: "none.wav"), ucm.connection(interface), ucm.client)
            } throws: { ($0 as? ProviderError)?.kind == .missing }
        }
    }

    @Test(arguments: ["classic", "new"])
    func `wrong credentials, limits, outages and private addresses are told apart`(_ interface: String) async throws {
        try await with { [provider] ucm in
            func kind(_ connection: InternalAPI.Connection) async -> ProviderError.Kind? {
                do {
                    try await provider.check(connection, ucm.client)
                    return nil
                } catch {
                    return (error as? ProviderError)?.kind
                }
            }
            #expect(await kind(ucm.connection(interface)) == nil)
            #expect(await kind(ucm.connection(interface, password: "wrong")) == .credentials)
            ucm.faults = [HTTPResponse(status: 429, headers: ["Retry-After": "7"])]
            do {
                try await provider.check(ucm.connection(interface), ucm.client)
                Issue.record("nothing was thrown")
            } catch let error as ProviderError {
                #expect(error.kind == .limited && error.retryAfter == .seconds(7))
            }
            ucm.faults = [HTTPResponse(status: 503)]
            #expect(await kind(ucm.connection(interface)) == .unavailable)
            ucm.faults = [HTTPResponse(status: 200, body: .bytes(Array("<html>".utf8)))]
            #expect(await kind(ucm.connection(interface)) == .invalid)
            #expect(await kind(ucm.connection(interface, ["address": "http://127.0.0.1:1"])) == .refused)
            #expect(await kind(ucm.connection(interface, ["certificate": "none"])) == .invalid)
        }
    }

    @Test(arguments: ["classic", "new"])
    func `polling tells every record once, over pages, outages and records that come late`(_ interface: String)
        async throws
    {
        try await with { [provider] ucm in
            let connection = ucm.connection(interface)
            let now = Timestamp.now()
            for number in 0..<1_203 { ucm.add(number, end: now - .seconds(Int64(number * 20 + 120))) }
            var told: [String] = []
            var cursor: JSONText?
            func sweep() async throws {
                while true {
                    let page = try await provider.poll(cursor, connection, ucm.client)
                    told += page.reports.map(\.externalID)
                    cursor = page.cursor
                    if !page.hasMore { break }
                }
            }
            try await sweep()
            #expect(told.count == 1_203 && Set(told).count == 1_203)
            // One that ended before the sweep and was written after it, and a new one.
            ucm.add(5_000, end: now - .seconds(300))
            ucm.add(5_001, end: now - .seconds(1))
            ucm.faults = [HTTPResponse(status: 500)]
            await #expect(throws: ProviderError.self) { _ = try await provider.poll(cursor, connection, ucm.client) }
            try await sweep()
            #expect(told.count == 1_205 && Set(told.suffix(2)) == ["5000", "5001"])
            try await sweep()
            #expect(told.count == 1_205)
        }
    }

    @Test func `a cookie that the PBX forgot is asked for anew the next time`() async throws {
        try await with { [provider] ucm in
            ucm.add(1, end: .now() - .seconds(60))
            let first = try await provider.poll(nil, ucm.connection("new"), ucm.client)
            ucm.forgetCookies()
            let second = try await provider.poll(first.cursor, ucm.connection("new"), ucm.client)
            #expect(first.reports.count == 1 && second.reports.isEmpty && ucm.signIns == 2)
        }
    }

    @Test func `the token of a sign-in is the documented one`() throws {
        guard ProviderFolder.isThere else { return }
        let vector = try #require(try ProviderFolder.json("pbx-cdr/grandstream-examples.json")["newApi"]?["vector"])
        let text = (vector["challenge"]?.text ?? "") + (vector["password"]?.text ?? "")
        #expect(GrandstreamClient.token(text) == vector["token"]?.text)
    }

    @Test func `addresses get the port of their kind, and nothing else of them is kept`() {
        #expect(PBXAddress.base("https://pbx.example.com/x", port: 8_443) == "https://pbx.example.com:8443")
        #expect(PBXAddress.base("http://[::1]/", port: 80) == "http://[::1]:80")
        #expect(PBXAddress.base("https://[::1]:9/", port: 80) == "https://[::1]:9")
        #expect(PBXAddress.base("pbx", port: nil) == "https://pbx")
    }
}
