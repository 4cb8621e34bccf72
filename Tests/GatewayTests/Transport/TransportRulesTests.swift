import FoundationEssentials
import Glibc
import HTTP
import IO
import Models
import ServiceKit
import TestSupport
import Testing

@testable import Gateway

@Suite struct TransportRulesTests {
    private static let trusted: Set<String> = ["acme.sales.example", "sales.example", "acme.localhost"]

    private func rules(_ base: String = "https://sales.example", challenges: String? = nil) throws -> TransportRules {
        TransportRules(
            isTrusted: { Self.trusted.contains($0) }, port: 8443, baseURL: try #require(WebAddress(base)),
            challenges: challenges.map(ChallengeFolder.init))
    }

    private func visit(
        _ target: String, host: String, isSecure: Bool = false, method: HTTPMethod = .get, _ rules: TransportRules
    ) throws -> Visit {
        var request = HTTPRequest(
            method: method, target: target, headers: ["Host": host],
            remote: try #require(SocketAddress(host: "127.0.0.1", port: 1)))
        request.isSecure = isSecure
        return Visit(request, requestID: .make(), started: 0, scheme: rules.scheme(of: request))
    }

    @Test(arguments: [
        ("acme.sales.example", "https://acme.sales.example/a?b=c"),
        ("ACME.sales.example:8080", "https://acme.sales.example/a?b=c"),
        ("acme.sales.example.", "https://acme.sales.example/a?b=c"),
    ])
    func `a host with a trusted certificate is sent to https`(host: String, location: String) throws {
        let rules = try rules()
        let answer = try rules.answer(try visit("/a?b=c", host: host, method: .post, rules))
        #expect(answer?.status == 308)
        #expect(answer?.headers["Location"] == location)
    }

    @Test func `the way to https names the port that is not the usual one`() throws {
        let rules = try rules("http://sales.example")
        let answer = try rules.answer(try visit("//elsewhere.example/", host: "sales.example", rules))
        #expect(answer?.headers["Location"] == "https://sales.example:8443//elsewhere.example/")
    }

    @Test(arguments: ["other.example", "acme.localhost:8080", "127.0.0.1", "[::1]:8080", ""])
    func `nobody else is redirected or promised anything`(host: String) throws {
        let rules = try rules()
        for isSecure in [false, true] {
            let visit = try visit("/", host: host, isSecure: isSecure, rules)
            let answer = try rules.answer(visit)
            #expect(answer == nil)
            #expect(visit.answerLines.count == 0)
        }
    }

    @Test func `an answer over https promises to stay there`() throws {
        let rules = try rules()
        let visit = try visit("/", host: "acme.sales.example", isSecure: true, rules)
        let answer = try rules.answer(visit)
        #expect(answer == nil)
        #expect(visit.scheme == "https")
        #expect(visit.answerLines.description == "Strict-Transport-Security: max-age=31536000\r\n")
    }

    @Test func `without TLS here the suite's own address tells the scheme`() throws {
        let base = try #require(WebAddress("https://sales.example"))
        let rules = TransportRules(isTrusted: nil, port: 0, baseURL: base, challenges: nil)
        #expect(try visit("/", host: "sales.example", rules).scheme == "https")
        #expect(try self.rules().scheme(of: try visit("/", host: "sales.example", self.rules()).request) == "http")
    }

    @Test func `a domain without a certificate is served in clear, and has the promise once it has one`() throws {
        let rules = try rules()
        let waiting = try visit("/", host: "calls.acme.example", rules)
        #expect(waiting.scheme == "http")
        #expect(try rules.answer(waiting) == nil)
        let certified = TransportRules(
            isTrusted: { $0 == "calls.acme.example" }, port: 443,
            baseURL: try #require(WebAddress("https://sales.example")),
            challenges: nil)
        let moved = try certified.answer(try visit("/a", host: "Calls.acme.example:80", certified))
        #expect(moved?.headers["Location"] == "https://calls.acme.example/a")
        let secure = try visit("/", host: "calls.acme.example", isSecure: true, certified)
        #expect(try certified.answer(secure) == nil)
        #expect(secure.answerLines.count == 1)
    }

    // ACME.

    @Test func `an answer to a challenge is served for any host, before the redirect`() async throws {
        try await withWebroot { root, rules in
            try write("token.thumbprint", to: "\(root)/.well-known/acme-challenge/abc-DEF_123")
            try write("beside", to: "\(root)/plain")
            for (token, text) in [("abc-DEF_123", "token.thumbprint"), ("plain", "beside")] {
                let visit = try visit("/.well-known/acme-challenge/\(token)", host: "acme.sales.example", rules)
                let answer = try await rules.challenge(visit)?()
                #expect(answer?.status == 200)
                guard case .bytes(let bytes) = answer?.body else {
                    Issue.record("no body")
                    return
                }
                #expect(String(decoding: bytes, as: UTF8.self) == text)
            }
        }
    }

    @Test func `a challenge that is not there, not a file or not a token is nothing`() async throws {
        try await withWebroot { root, rules in
            mkdir("\(root)/folder", 0o700)
            symlink("/etc/hostname", "\(root)/link")
            mkfifo("\(root)/pipe", 0o600)
            for token in ["missing", "folder", "link", "pipe"] {
                let visit = try visit("/.well-known/acme-challenge/\(token)", host: "any.example", rules)
                await #expect(throws: Failure.self) { _ = try await rules.challenge(visit)?() }
            }
        }
        for token in ["", "..", "../token", "a/b", "a.b", "%2e%2e", "a b", String(repeating: "a", count: 257)] {
            #expect(ChallengeFolder.token(in: "/.well-known/acme-challenge/\(token)") == nil)
        }
        #expect(ChallengeFolder.token(in: "/.well-known/acme-challenges/a") == nil)
    }

    private func withWebroot(_ body: (String, TransportRules) async throws -> Void) async throws {
        let root = "\(FileManager.default.temporaryDirectory.path)/acme-\(UUID().uuidString)"
        for path in [root, "\(root)/.well-known", "\(root)/.well-known/acme-challenge"] { mkdir(path, 0o700) }
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await body(root, try rules(challenges: root))
    }

    private func write(_ text: String, to path: String) throws {
        try #require(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
    }
}
