import HTTP
import JSON
import Models
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

struct RequestTests {
    /// Asks the sample API as an owner.
    private func ask(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: String? = nil
    ) async throws -> HTTPResponse {
        let trust = try TestTrust(.calls)
        return try await withLoop { loop in
            var headers = headers
            if body != nil, headers["Content-Type"] == nil { headers.set("Content-Type", "application/json") }
            let body = HTTPBody(bytes: Array((body ?? "").utf8))
            return try await Sample.application(loop, trust).handler(
                try trust.request(method, target, as: .user(.owner), headers: headers, body: body))
        }
    }

    @Test(arguments: [
        ("/api/v1/things/%2e%2e/who", 400), ("/api/v1/../who", 400), ("/api/v1/things%2fx", 400), ("/api/v1/%00", 400),
        ("/api/v1/%zz", 400), ("/api/v1/%5c", 400), ("/api/v1/nothing", 404), ("/api/v1/things/", 404), ("/", 404),
        ("/api/v1/wh%6f", 200), ("/api/v1/things/not-an-id", 404),
    ])
    func `a path is matched in one form only`(_ target: String, _ status: Int) async throws {
        #expect(try await ask(.get, target).status == status)
    }

    @Test func `another method is refused with those that are allowed, and HEAD goes with GET`() async throws {
        let response = try await ask(.put, "/api/v1/things")
        #expect(response.status == 405)
        #expect(response.headers["Allow"] == "GET, HEAD, POST")
        #expect(try await ask(.head, "/api/v1/things").status == 200)
        #expect(try await ask(.options, "/api/v1/things").status == 405)
    }

    @Test func `every fault of a query is named at once`() async throws {
        let problem = try await ask(
            .get, "/api/v1/things?min_size=x&plan=growth,gold&created_after=soon&limit=0&sort=color"
        ).problem()
        #expect(problem.status == 400)
        #expect(problem.code == "invalid_query")
        #expect(
            Set(problem.errors.map(\.pointer)) == [
                "query/min_size", "query/plan", "query/created_after", "query/limit", "query/sort",
            ])
        #expect(problem.errors.first { $0.pointer == "query/plan" }?.detail.contains("starter, growth") == true)
    }

    @Test(arguments: ["/api/v1/things?colour=red", "/api/v1/who?x=1", "/api/v1/things?search=a&search=b"])
    func `an unknown or doubled parameter is refused`(_ target: String) async throws {
        #expect(try await ask(.get, target).problem().code == "invalid_query")
    }

    @Test func `pages follow one another by number and by cursor`() async throws {
        let first: Page<Sample.Thing> = try await ask(.get, "/api/v1/things?limit=20").decoded()
        #expect(first.data.map(\.size) == (0..<20).map { $0 })
        #expect(first.page == 1)
        let cursor = try #require(first.nextCursor)
        let second: Page<Sample.Thing> = try await ask(.get, "/api/v1/things?limit=20&cursor=\(cursor)").decoded()
        #expect(second.data.first?.size == 20)
        #expect(second.page == nil)
        let last: Page<Sample.Thing> = try await ask(.get, "/api/v1/things?limit=20&page=3").decoded()
        #expect(last.data.count == 10)
        #expect(last.nextCursor == nil)
        for changed in ["sort=title", "search=x", "search="] {
            let problem = try await ask(.get, "/api/v1/things?limit=20&cursor=\(cursor)&\(changed)").problem()
            #expect(problem.code == "invalid_cursor")
        }
        #expect(try await ask(.get, "/api/v1/things?limit=100&page=100").status == 200)
        #expect(try await ask(.get, "/api/v1/things?limit=100&page=101").status == 400)
        #expect(try await ask(.get, "/api/v1/things?page=2&cursor=\(cursor)").status == 400)
    }

    @Test func `a version is told, remembered and asked for`() async throws {
        let path = "/api/v1/things/\(CallID.make())"
        let found = try await ask(.get, path)
        #expect(found.headers["ETag"] == "\"7\"")
        let known = try await ask(.get, path, headers: ["If-None-Match": "\"6\", W/\"7\""])
        #expect(known.status == 304)
        #expect(known.bytes.isEmpty)
        let body = "{\"title\":\"x\"}"
        #expect(try await ask(.patch, path, body: body).problem().code == "precondition_required")
        for (tag, status) in [("\"7\"", 200), ("*", 200), ("\"6\"", 412), ("W/\"7\"", 412), ("\"7\", \"8\"", 400)] {
            #expect(try await ask(.patch, path, headers: ["If-Match": tag], body: body).status == status)
        }
    }

    @Test func `what is created is told with its place`() async throws {
        let response = try await ask(.post, "/api/v1/things", body: "{\"title\":\"x\",\"size\":3}")
        let thing: Sample.Thing = try response.decoded()
        #expect(response.status == 201)
        #expect(response.headers["Location"] == "/api/v1/things/\(thing.id)")
        #expect(thing.size == 3)
    }

    @Test func `a body of another type, size or shape is refused`() async throws {
        let text = try await ask(.post, "/api/v1/things", headers: ["Content-Type": "text/plain"], body: "{}")
        #expect(text.status == 415)
        let large = "{\"title\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
        #expect(try await ask(.post, "/api/v1/things", body: large).status == 413)
        let wrong = try await ask(.post, "/api/v1/things", body: "{\"title\":1}")
        #expect(wrong.status == 422)
        #expect(wrong.headers["Content-Type"] == "application/problem+json")
        let path = "/api/v1/things/\(CallID.make())/content"
        let audio: HTTPHeaders = ["Content-Type": "audio/wav"]
        #expect(try await ask(.put, path, headers: audio, body: String(repeating: "x", count: 100)).status == 202)
        #expect(try await ask(.put, path, headers: audio, body: String(repeating: "x", count: 101)).status == 413)
        #expect(try await ask(.put, path, headers: ["Content-Type": "video/mp4"], body: "x").status == 415)
    }

    @Test func `an unforeseen error says nothing but its request's id, and the log says all`() async throws {
        let trust = try TestTrust(.calls)
        let log = LogCapture()
        let id = RequestID.make()
        let response = try await withLoop { loop in
            let request = try trust.request(
                .get, "/api/v1/broken", as: .user(.owner), headers: ["X-Request-ID": id.description])
            return try await Sample.application(loop, trust, log: log).handler(request)
        }
        let problem = try response.problem()
        #expect(problem.code == "internal")
        #expect(problem.requestID == id)
        #expect(response.headers["X-Request-ID"] == id.description)
        #expect(!response.text.contains("secret-of-the-operator"))
        let failures = log.lines.filter { $0.contains("secret-of-the-operator") }
        #expect(failures.count == 1)
        #expect(failures.first?.contains(id.description) == true)
        #expect(log.lines.filter { $0.contains("Request answered") }.count == 1)
    }
}
