import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

struct CallProgressTests {
    @Test func `tenancy is told how far a tenant's newest call has come, and of no other tenant's`() async throws {
        try await withCalls { database, test, _ in
            let (tenant, other) = (TenantID.make(), TenantID.make())
            let store = CallProgressStore(database: database)
            #expect(try await store.read(in: tenant).newest == nil)
            let call = try await CallStore(database: database).add(.sample(), in: tenant)
            _ = try await CallStore(database: database).add(.sample(), in: other)
            let told = try await store.read(in: tenant)
            #expect(told.newest?.callID == call.id && told.newest?.stage == .received && told.analysed == nil)
            try await database.tenant(tenant).execute(
                "UPDATE calls SET stage = 'analysed' WHERE tenant_id = \(tenant) AND id = \(call.id)")
            #expect(try await store.read(in: tenant).analysed?.callID == call.id)
            #expect(try await store.read(in: other).analysed == nil)
            _ = test
        }
    }
}
