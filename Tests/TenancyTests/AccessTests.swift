import HTTP
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct AccessTests {
    @Test func `every route gives every kind of caller the expected answer`() async throws {
        let outcome = try await withTenancy { world in
            try await world.makePlatform()
            return try await AccessMatrix(world.routes.table).run(world.trust) { await world.service($0) }
        }
        #expect(outcome.wrong == [])
        #expect(
            try AccessSnapshot.isCurrent(outcome.text, of: "tenancy"), "run with UPDATE_SNAPSHOTS=1 when it is meant")
    }

    @Test func `every internal route lets in exactly the services that were granted its scope`() async throws {
        let wrong = try await withTenancy { world in
            try await InternalAccessMatrix(world.routes.internalTable).run(world.trust) { await world.internal($0) }
        }
        #expect(wrong == [])
    }
}
