import Clients
import HTTPClient
import IO
import Models
import TestSupport
import Testing

@Suite struct ServiceTokensTests {
    @Test func `all who need a token at once share one request`() async throws {
        try await withLoop { loop in
            let tenancy = try Tenancy(loop)
            let tokens = ServiceTokens(InternalHTTPClient(loop: loop), tenancy)
            let tasks = (0..<5).map { _ in
                loop.spawn { () async -> String in
                    do { return try await tokens.token(for: .tenancy) } catch { return "\(error)" }
                }
            }
            for task in tasks { #expect(await task.value == "token-0") }
            #expect(try await tokens.token(for: .billing) == "token-1")
            #expect(try await tokens.token(for: .tenancy) == "token-0")
            #expect(tenancy.tokenRequests.map(\.audience) == [.tenancy, .billing])
            #expect(tenancy.tokenRequests.allSatisfy { $0.service == .calls && $0.secret == "c2VjcmV0" })
            await tenancy.stop()
        }
    }

    @Test func `a token is renewed at half its life while the old one still serves`() async throws {
        try await withLoop { loop in
            let tenancy = try Tenancy(loop)
            tenancy.tokenLife = 1
            let tokens = ServiceTokens(InternalHTTPClient(loop: loop), tenancy)
            let start = ContinuousClock.now
            var seen = try await tokens.token(for: .tenancy)
            #expect(seen == "token-0")
            while seen == "token-0" {
                try await loop.sleep(for: .milliseconds(5))
                seen = try await tokens.token(for: .tenancy)
            }
            #expect(seen == "token-1")
            #expect(ContinuousClock.now - start >= .milliseconds(490))
            await tenancy.stop()
        }
    }

    @Test func `while tenancy is away the old token serves until its end`() async throws {
        try await withLoop { loop in
            let tenancy = try Tenancy(loop)
            tenancy.tokenLife = 1
            let tokens = ServiceTokens(InternalHTTPClient(loop: loop), tenancy)
            let start = ContinuousClock.now
            #expect(try await tokens.token(for: .tenancy) == "token-0")
            tenancy.refusesTokens = true
            var failure: (any Error)?
            while failure == nil {
                do { #expect(try await tokens.token(for: .tenancy) == "token-0") } catch { failure = error }
                try await loop.sleep(for: .milliseconds(10))
            }
            #expect((failure as? Failure)?.code == .unavailable)
            #expect(ContinuousClock.now - start >= .milliseconds(740))
            tenancy.refusesTokens = false
            var token: String?
            while token == nil {
                do { token = try await tokens.token(for: .tenancy) } catch {
                    try await loop.sleep(for: .milliseconds(20))
                }
            }
            #expect(token == "token-1")
            await tenancy.stop()
        }
    }

    @Test func `a token that was dropped is not given again`() async throws {
        try await withLoop { loop in
            let tenancy = try Tenancy(loop)
            let tokens = ServiceTokens(InternalHTTPClient(loop: loop), tenancy)
            let first = try await tokens.token(for: .calls)
            tokens.drop("another", for: .calls)
            #expect(try await tokens.token(for: .calls) == first)
            tokens.drop(first, for: .calls)
            #expect(try await tokens.token(for: .calls) == "token-1")
            await tenancy.stop()
        }
    }
}
