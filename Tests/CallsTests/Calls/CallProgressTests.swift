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
            #expect(told.lastHookAt == nil)
            try await database.tenant(tenant).execute(
                """
                INSERT INTO connection_states (tenant_id, connection_id, provider, last_hook_at)
                VALUES (\(tenant), gen_random_uuid(), 'vapi', now()), (\(tenant), gen_random_uuid(), 'twilio', NULL)
                """)
            #expect(try await store.read(in: tenant).lastHookAt != nil)
            #expect(try await store.read(in: other).lastHookAt == nil)
            _ = test
        }
    }

    @Test func `super admins are told how much of calls a tenant uses, out of the roll-ups`() async throws {
        try await withCalls { database, test, _ in
            let (tenant, other) = (TenantID.make(), TenantID.make())
            let calls = CallStore(database: database)
            for owner in [tenant, tenant, other] { _ = try await calls.add(.sample(), in: owner) }
            _ = try await calls.add(.sample(startedAt: .now() - .seconds(40 * 86_400)), in: tenant)
            let rows = database.tenant(tenant)
            while try await RollupStore(database: database).recount(limit: 500, in: tenant) > 0 {}
            for days in [1, 40] as [Int32] {
                try await rows.execute(
                    """
                    INSERT INTO call_cost_rollups (tenant_id, bucket_at, stage, engine, agent_id, uses, audio_seconds,
                        input_tokens, output_tokens, cost_micros)
                    VALUES (\(tenant), now() - make_interval(days => \(days)), 'transcription', 'x', gen_random_uuid(), 1, 60, 1, 1, 700)
                    """)
            }
            let usage = try await CallUsageStore(rows: rows).read(in: tenant)
            #expect(usage.calls == 3 && usage.recentCalls == 2 && usage.recordings == 0 && usage.recordingBytes == 0)
            #expect(usage.recentTranscribedSeconds == 60 && usage.recentCostMicros == 700)
            let unknown = try await CallUsageStore(rows: database.tenant(other)).read(in: other)
            #expect(unknown.calls == 0 && unknown.recentCostMicros == 0)
            _ = test
        }
    }
}
