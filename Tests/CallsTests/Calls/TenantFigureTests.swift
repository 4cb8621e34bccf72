import Models
import Postgres
import Testing

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct TenantFigureTests {
    @Test func `tenants with trouble or cost are told with their numbers, and others are left out`() async throws {
        try await withCalls { database, test, _ in
            let tenants = [TenantID.make(), .make(), .make()].sorted()
            let (busy, failing, idle) = (tenants[0], tenants[1], tenants[2])
            for (tenant, stage) in [
                (busy, "transcribing"), (busy, "recording_stored"), (busy, "failed"), (busy, "analysed"),
                (idle, "analysed"), (idle, "received"),
            ] {
                let call = try await CallStore(database: database).add(.sample(), in: tenant)
                try await database.tenant(tenant).execute(
                    "UPDATE calls SET stage = \(stage) WHERE tenant_id = \(tenant) AND id = \(call.id)")
            }
            // What failed long ago is no trouble of today, and what was deleted none at all.
            for isOld in [true, false] {
                let call = try await CallStore(database: database).add(.sample(), in: busy)
                try await database.tenant(busy).execute(
                    """
                    UPDATE calls SET stage = 'failed', stage_since = now() - CASE WHEN \(isOld) THEN interval '8 days' ELSE interval '0' END,
                        deleted_at = CASE WHEN \(isOld) THEN NULL ELSE now() END
                    WHERE tenant_id = \(busy) AND id = \(call.id)
                    """)
            }
            let rows = database.tenant(failing)
            for failures in [0, 3] as [Int32] {
                try await rows.execute(
                    """
                    INSERT INTO connection_states (tenant_id, connection_id, provider, failures)
                    VALUES (\(failing), gen_random_uuid(), 'vapi', \(failures))
                    """)
            }
            for days in [1, 40] as [Int32] {
                try await rows.execute(
                    """
                    INSERT INTO call_cost_rollups (tenant_id, bucket_at, stage, engine, agent_id, uses, audio_seconds,
                        input_tokens, output_tokens, cost_micros)
                    VALUES (\(failing), now() - make_interval(days => \(days)), 'transcription', 'x', gen_random_uuid(), 1, 1, 1, 1, 700)
                    """)
            }
            let store = TenantFigureStore(database: database)
            let expected = [
                InternalAPI.TenantFigures(
                    tenantID: busy, failingConnections: 0, backlog: 2, errors: 1, costMicros: 0),
                InternalAPI.TenantFigures(
                    tenantID: failing, failingConnections: 1, backlog: 0, errors: 0, costMicros: 700),
            ]
            #expect(try await store.read(after: nil) == expected)
            #expect(try await store.read(after: busy) == Array(expected.dropFirst()))
            #expect(try await store.read(after: failing) == [])
            _ = test
        }
    }
}
