import Auth
import Crypto
import HTTP
import Models
import Telemetry
import Testing
import WebTestSupport

@testable import Tenancy

struct SigningKeyTests {
    private func box() throws -> SecretBox {
        SecretBox(keys: try EncryptionKeys(parsing: "b:\(Base64.standard.encode(SecureRandom.bytes(32)))"))
    }

    @Test func `processes that start together make one key`() async throws {
        try await withTenancy { world in
            try await world.force("DELETE FROM signing_keys")
            let (box, log) = (try box(), Logger(service: "tests", level: .error))
            let ids = try await world.together(4) { _ in
                try await SigningKeyService.load(world.database, box, log).keys.keys.map(\.keyID)
            }
            #expect(Set(ids).count == 1 && ids[0].count == 1)
        }
    }

    @Test func `a key is followed by another after thirty days, told before it signs and kept after`() async throws {
        try await withTenancy { world in
            let ring = world.ring
            let first = try #require(ring.keys.keys.first)
            let almost = first.notBefore + .seconds(30 * 86_400 - 3601)
            try await ring.refresh(at: almost)
            #expect(ring.keys.keys.count == 1)
            let due = almost + .seconds(2)
            let position = try await world.newestChange()
            try await ring.refresh(at: due)
            try await ring.refresh(at: due)
            #expect(ring.keys.keys.count == 2)
            #expect(try await world.changes(after: position).map(\.kind) == [.signingKey])
            #expect(ring.keys.published(at: due).keys.count == 2)
            #expect(ring.keys.signer(at: due)?.keyID == first.keyID)
            let later = due + .seconds(3601)
            #expect(ring.keys.signer(at: later)?.keyID != first.keyID)
            #expect(ring.keys.published(at: later).keys.count == 2)
            let gone = due + SigningKeys.notice + SigningKeys.retirement
            try await ring.refresh(at: gone)
            #expect(ring.keys.keys.count == 1)
            let changes = try await world.changes(after: position)
            #expect(changes.map(\.kind) == [.signingKey, .signingKey])
            #expect(changes[1].key == first.keyID && changes[1].value == nil)
        }
    }

    @Test func `the private half is sealed, and opens with no other key`() async throws {
        try await withTenancy { world in
            let log = Logger(service: "tests", level: .error)
            await #expect(throws: (any Error).self) {
                try await SigningKeyService.load(world.database, try box(), log)
            }
            let response = try await world.send(.get, "/.well-known/jwks.json", as: .anonymous)
            let published: JWKS = try response.decoded()
            #expect(published.keys.count == 1)
            #expect(!response.text.contains("\"d\""))
        }
    }
}
