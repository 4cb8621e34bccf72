import BlobStore
import HTTP
import LifeCycle
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// A person's traces in what providers sent, in whatever way their programs write letters.
@Suite(.timeLimit(.minutes(20))) struct ErasedPayloadTests {
    private static let address = "josé.müller@exämple.de"
    private static let named = [
        #"{"test": "josé.müller@exämple.de"}"#, #"{"test": "Jose JOSÉ.Müller@EXÄMPLE.de, please"}"#,
        #"{"test": "jos\u00e9.m\u00fcller@ex\u00E4mple.de"}"#, #"{"test": "JOS\u00c9.M\u00DCLLER@EX\u00c4MPLE.DE"}"#,
        "{\"test\": \"jose\u{301}.mu\u{308}ller@exa\u{308}mple.de\"}",
        #"{"test": "jose\u0301.mu\u0308ller@exa\u0308mple.de"}"#,
        #"{"test": "Jos\u00e9 \u003cjos\u00e9.m\u00fcller\u0040ex\u00e4mple.de\u003e"}"#,
        "test=%3Cjos%C3%A9.m%c3%bcller%40ex%C3%A4mple.de%3E",
    ]
    private static let others = [
        #"{"test": "josé.muller@exämple.de"}"#, #"{"test": "bjos\u00e9.m\u00fcller@ex\u00e4mple.de"}"#,
        #"{"test": "josé.müller@exämple.dev"}"#,
    ]

    @Test func `payloads that name somebody go, however their letters are written, and no others`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            for body in (Self.named + Self.others).map({ Array($0.utf8) }) {
                let status = try await world.deliver(body, to: connection, headers: HookTests.signed(body)).status
                #expect(status == 204)
            }
            let steps = CallErasureService(
                database: world.database, blobs: FileBlobStore(root: "/nonexistent")
            ).steps
            let receipt = try await Erasing(database: world.database, steps: steps).erase(
                InternalAPI.Erasure(
                    id: .make(), kind: .person, tenantID: world.tenant, phoneNumbers: [], emails: [Self.address]))
            #expect(receipt.erased["hook_payloads"] == Self.named.count)
            let left = try await world.database.tenant(world.tenant).values(
                "SELECT convert_from(body, 'UTF8') FROM hook_payloads WHERE tenant_id = \(world.tenant)",
                as: String.self)
            #expect(Set(left) == Set(Self.others))
        }
    }
}
